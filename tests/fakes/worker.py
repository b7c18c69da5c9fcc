"""A real worker in a process of its own, with a real channel."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import psutil

from coderbot import wire
from coderbot.redact import Secret
from tests.fakes.measured import ask_to_end, measuring

_T = TypeVar("_T", bound=wire.Frame)
LIMIT_S = 20.0
"""Longest wait for anything here, in seconds."""


@dataclass
class RunningWorker:
    """What a test sees of the worker."""

    process: asyncio.subprocess.Process
    channel: socket.socket | None
    output: list[str] = field(default_factory=list)
    """Lines of stdout and stderr, with their marks."""
    frames: list[wire.WorkerFrame] = field(default_factory=list)
    is_silent: bool = False
    """Its output and its channel have ended."""
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def pid(self) -> int:
        return self.process.pid

    async def until(self, condition: Callable[[], _T | bool | None]) -> object:
        """Wait until `condition` is true of frames or output; return what it returns."""
        async with asyncio.timeout(LIMIT_S), self.news:
            while not (result := condition()):
                if self.is_silent:
                    raise TimeoutError("the worker has ended")
                await self.news.wait()
            return result

    async def frame(
        self, kind: type[_T], likes: Callable[[_T], bool] = lambda _: True
    ) -> _T:
        """Wait for a frame of `kind` that `likes` likes."""

        def find() -> _T | None:
            found = (each for each in self.frames if isinstance(each, kind))
            return next((each for each in found if likes(each)), None)

        try:
            result = await self.until(find)
        except TimeoutError:
            raise AssertionError(
                f"no {kind.__name__}: {self.frames}\n{self.text}"
            ) from None
        assert isinstance(result, kind)
        return result

    async def line(self, words: str) -> None:
        """Wait for a line of output that holds `words`."""
        try:
            await self.until(lambda: words in self.text)
        except TimeoutError:
            raise AssertionError(f"no {words!r} in:\n{self.text}") from None

    @property
    def text(self) -> str:
        """Everything written so far."""
        return "\n".join(self.output)

    def send(self, frame: wire.SupervisorFrame) -> None:
        """Send a frame as the supervisor."""
        assert self.channel is not None
        self.channel.sendall(wire.encode(frame))

    def hang_up(self) -> None:
        """Close the channel, as the end of the supervisor would."""
        assert self.channel is not None
        # shutdown, because a reader task still holds the same socket.
        self.channel.shutdown(socket.SHUT_RDWR)

    def signal(self, number: int) -> None:
        """Send a signal, unless the worker has ended."""
        # Not by `process`: that polls first and so takes the exit code away from
        # the thread of asyncio that waits for it.
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def children(self) -> list[psutil.Process]:
        """Return all descendants of the worker; none when it has just ended."""
        try:
            return psutil.Process(self.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    async def ended(self) -> int:
        """Wait for the end; return the exit code (negative: number of the signal)."""
        try:
            async with asyncio.timeout(LIMIT_S):
                return await self.process.wait()
        except TimeoutError:
            raise AssertionError(f"the worker does not end:\n{self.text}") from None

    async def stop(self) -> int:
        """Send SIGTERM and wait for the end."""
        self.signal(signal.SIGTERM)
        return await self.ended()


def worker_environment(
    url: str, token: Secret, directory: Path, **more: str
) -> dict[str, str]:
    """Return the environment of a worker, as the supervisor makes it."""
    home = directory / "home"
    home.mkdir(exist_ok=True)
    base = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PS1": "$ ",
        "BOT_TOKEN": token.reveal(),
        "BOT_INDEX": "0",
        "ALLOWED_USER_IDS": "1001",
        "TELEGRAM_API_ROOT": url,
        "MEDIA_TMP_LOCATION": str(directory / "media"),
        "CODERBOT_STATE_DIR": str(directory / "state"),
        "SCREEN_REFRESH_INTERVAL": "200",
        "MESSAGE_DELETE_TIMEOUT": "300",
        "PYTHONWARNINGS": "error::ResourceWarning",
    }
    return base | measuring() | more


@asynccontextmanager
async def running_worker(
    environment: Mapping[str, str],
    directory: Path,
    supervised: bool = True,
    program: tuple[str, ...] = ("-m", "coderbot.worker"),
) -> AsyncIterator[RunningWorker]:
    """Start a worker; on leaving, it and all it has started are killed."""
    ours, theirs = socket.socketpair() if supervised else (None, None)
    inherited = dict(environment)
    descriptors: tuple[int, ...] = ()
    if theirs is not None:
        inherited["CODERBOT_CHANNEL_FD"] = str(theirs.fileno())
        descriptors = (theirs.fileno(),)
    inherited["PYTHONPATH"] = str(Path(__file__).parents[2])
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *program,
        env=inherited,
        cwd=directory,
        pass_fds=descriptors,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    if theirs is not None:
        theirs.close()
    worker = RunningWorker(process, ours)
    async with asyncio.TaskGroup() as group:
        reader = group.create_task(_read_all(worker, ours))
        try:
            yield worker
        finally:
            await _kill(worker)
            await reader


async def _read_all(worker: RunningWorker, channel: socket.socket | None) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(_read_output(worker))
        if channel is not None:
            group.create_task(_read_frames(worker, channel))
    async with worker.news:
        worker.is_silent = True
        worker.news.notify_all()


async def _read_output(worker: RunningWorker) -> None:
    assert worker.process.stdout is not None
    async for line in worker.process.stdout:
        async with worker.news:
            worker.output.append(line.decode(errors="replace").rstrip("\n"))
            worker.news.notify_all()


async def _read_frames(worker: RunningWorker, channel: socket.socket) -> None:
    channel.setblocking(False)
    reader, writer = await asyncio.open_unix_connection(sock=channel)
    try:
        async for line in reader:
            async with worker.news:
                worker.frames.append(wire.decode_worker(line))
                worker.news.notify_all()
    finally:
        writer.close()
        await writer.wait_closed()


async def _kill(worker: RunningWorker) -> None:
    if worker.process.returncode is not None:
        return
    family = worker.children()
    await asyncio.to_thread(ask_to_end, worker.pid)
    worker.signal(signal.SIGKILL)
    await worker.process.wait()
    for each in family:
        with contextlib.suppress(psutil.Error):
            each.kill()
