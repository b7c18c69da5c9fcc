"""The one place that starts processes."""

import asyncio
import fcntl
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TypeAlias

from coderbot.supervisor.deathwatch import DeathWatch
from coderbot.supervisor.proctable import catches
from coderbot.supervisor.rlimits import apply_limits
from coderbot.supervisor.source import Source
from coderbot.supervisor.spec import WorkerSpec, child_environment
from coderbot.wire import Dump, encode

_Process: TypeAlias = "subprocess.Popen[bytes]"  # noqa: TID251
OnData = Callable[[bytes], None]
"""Takes a chunk; an empty one is the end."""


_PAUSE_S = 0.004
"""Between two looks at a stream that gives little at a time, in seconds."""
_PIPE_BYTES = 1 << 18
"""What a stdout may hold, so that its writer need not wait for a pause to end.

Not more: all pipes of a user together have a limit, beyond which each new one,
of any program, holds a page or two.
"""


@dataclass(frozen=True, slots=True)
class Ears:
    """Who hears what a child says."""

    stdout: OnData
    stderr: OnData
    channel: OnData
    is_busy: Callable[[], bool] = bool
    """Whether its streams should be read a little later."""


class Child:
    """A worker process, in an OS session of its own; made by `spawn`.

    It is started in one step that waits for nothing, so that the signal mask of
    this thread is never seen changed by anybody else.

    Args:
        process: The process, with pipes on stdout and stderr.
        channel: Our end of the socket pair.
        ears: Who hears what it says.
    """

    def __init__(self, process: _Process, channel: socket.socket, ears: Ears) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        self.pid = process.pid
        self._process = process
        self._channel = channel
        self.usage: resource.struct_rusage | None = None
        """What it has used, once it was reaped."""
        self._watch = DeathWatch(process.pid)
        _enlarge(process.stdout.fileno())
        out = Source(process.stdout, ears.stdout, _PAUSE_S, ears.is_busy)
        err = Source(process.stderr, ears.stderr, _PAUSE_S, ears.is_busy)
        out.other, err.other = err, out
        self._sources = (out, err, Source(channel, ears.channel))

    @classmethod
    def spawn(cls, spec: WorkerSpec, ears: Ears) -> "Child":
        """Start a worker.

        Raises:
            OSError: When it cannot be started.
            ValueError: When its environment cannot be passed on.
        """
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                process = _popen(spec, theirs.fileno())
            try:
                apply_limits(process.pid, spec.nice, spec.open_files)
                return cls(process, ours, ears)
            except BaseException:
                _undo(process)
                raise
        except BaseException:
            ours.close()
            raise

    async def wait_dead(self) -> None:
        """Wait until it is dead. It is not reaped: its number stays its own."""
        await self._watch.dead.wait()

    async def drain(self, within_s: float) -> None:
        """Hear it out to the end of all it has said.

        Args:
            within_s: How long at most, in seconds: somebody who has inherited a
                pipe may hold it open.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                for source in self._sources:
                    source.hurry()
                for source in self._sources:
                    await source.ended.wait()

    def reap(self) -> int:
        """Close all that belongs to it; returns how it ended (once it is dead).

        Returns:
            The exit code; a negative number is a signal.
        """
        self.let_go()
        if self._process.returncode is None:
            with suppress(ChildProcessError):
                _, status, self.usage = os.wait4(self.pid, 0)
                self._process.returncode = os.waitstatus_to_exitcode(status)
        return self._process.wait()

    def let_go(self) -> None:
        """Close all that belongs to it, though it may still live."""
        self._watch.close()
        for source in self._sources:
            source.close()

    def terminate(self) -> None:
        """Ask it to end; a process that was stopped (SIGSTOP) is woken to hear it."""
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)

    def dump_stacks(self) -> None:
        """Let it write its stacks into the log, if it knows how to.

        By signal, which reaches a busy loop too; to be followed by `terminate`: it
        is delivered before SIGTERM, because the kernel takes the lower number first.
        """
        if catches(self.pid, signal.SIGUSR1):
            self._signal(signal.SIGUSR1)
        else:
            self.send(encode(Dump()))

    def kill(self) -> None:
        """End it at once."""
        self._signal(signal.SIGKILL)

    def send(self, data: bytes) -> bool:
        """Send a whole frame over the channel; returns whether there was room."""
        with suppress(OSError):
            return self._channel.send(data) == len(data)
        return False

    def _signal(self, number: int) -> None:
        # By number is exact: until it is reaped, nobody else gets it.
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


def _popen(spec: WorkerSpec, channel_fd: int) -> _Process:
    with _interrupts_blocked():
        return subprocess.Popen(  # noqa: TID251 - the one place
            spec.argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=spec.cwd,
            env=child_environment(spec, channel_fd),
            pass_fds=(channel_fd,),
            start_new_session=True,
        )


def _enlarge(pipe: int) -> None:
    if sys.platform == "linux":
        with suppress(OSError):  # It is slower then, and no less right.
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _undo(process: _Process) -> None:
    """End a process that cannot be watched."""
    process.kill()
    process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Block SIGINT in this thread; one that comes meanwhile is delivered after.

    A child inherits the mask through exec, so that Ctrl-C cannot kill it before
    it has come to ignore it. A preexec_fn could do that too, but is not safe in
    a process with threads.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
