"""A program on a pseudo-terminal of its own."""

import contextlib
import fcntl
import os
import signal
import termios
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ptyprocess import PtyProcess

from coderbot.worker.terminal.errors import TerminalStartError

_TIOCGPTPEER = 0x5441
"""Opens the program's end of a terminal; Linux only, in no module of Python."""
_IUTF8 = 0x4000
"""The same on Linux and macOS; `termios` knows its name since Python 3.12 only."""


class PtyChild:
    """A child process that leads an OS session, and our end of its terminal.

    Args:
        process: The child, just started.
    """

    def __init__(self, process: Any) -> None:
        self._process = process
        self.pid: int = process.pid
        self.fd: int = process.fd
        """Our end of the terminal; -1 after `close`."""
        os.set_blocking(self.fd, False)
        os.set_inheritable(self.fd, False)

    @classmethod
    def spawn(
        cls,
        argv: Sequence[str],
        columns: int,
        rows: int,
        cwd: Path,
        environment: Mapping[str, str],
    ) -> "PtyChild":
        """Start `argv`.

        The child has no descriptors but its terminal, default signal handling
        and no blocked signal: this process ignores SIGINT, and a shell that
        inherited that could not be interrupted.

        Raises:
            TerminalStartError: When it cannot be started.
        """
        try:
            with _signals_blocked(), _fork_from_threads():
                process = PtyProcess.spawn(
                    list(argv),
                    env=dict(environment),
                    dimensions=(rows, columns),
                    preexec_fn=_child_set_up(cwd),
                )
        except (OSError, ValueError) as error:
            raise TerminalStartError(
                f"Cannot start {argv[0]}: {error}",
                "It must be a program that this user may run.",
            ) from error
        return cls(process)

    def read(self, limit: int) -> bytes | None:
        """Return up to `limit` bytes of output; None when there is none now.

        Returns:
            b"" when nothing has the terminal open any more.
        """
        try:
            return os.read(self.fd, limit)
        except BlockingIOError:
            return None
        except OSError:
            # Linux reports the end of a terminal as EIO.
            return b""

    def write(self, data: bytes | memoryview) -> int:
        """Write what fits now and return how many bytes that was."""
        try:
            return os.write(self.fd, data)
        except BlockingIOError:
            return 0

    def resize(self, columns: int, rows: int) -> None:
        """Change the size, in cells; the program gets SIGWINCH."""
        self._process.setwinsize(rows, columns)

    @property
    def reads_lines(self) -> bool:
        """Whether the terminal collects whole lines before the program sees them."""
        return bool(self._local_flags & termios.ICANON)

    @property
    def interrupts(self) -> bool:
        """Whether Control-C is a signal, not a key for the program to read."""
        return bool(self._local_flags & termios.ISIG)

    @property
    def echoes(self) -> bool:
        """Whether the terminal shows what is typed; not for passwords."""
        return bool(self._local_flags & termios.ECHO)

    @property
    def _local_flags(self) -> int:
        try:
            flags: int = termios.tcgetattr(self.fd)[3]
        except (OSError, termios.error):
            return 0
        return flags

    def flush_input(self) -> None:
        """Drop what was typed and not read, where the system can do that.

        The system hands a full terminal nothing more, not even a Control-C.
        """
        with contextlib.suppress(OSError, termios.error):
            peer = fcntl.ioctl(self.fd, _TIOCGPTPEER, os.O_RDWR | os.O_NOCTTY)
            try:
                termios.tcflush(self.fd, termios.TCOFLUSH)
                termios.tcflush(peer, termios.TCIFLUSH)
            finally:
                os.close(peer)

    @property
    def foreground(self) -> int:
        """Process group that owns the terminal now; 0 when there is none."""
        try:
            return os.tcgetpgrp(self.fd)
        except OSError:
            return 0

    def close(self) -> None:
        """Close our end; what still uses the terminal gets SIGHUP and EIO."""
        if self.fd < 0:
            return
        self.fd = -1
        with contextlib.suppress(OSError):
            self._process.fileobj.close()
        # Otherwise the library would close it again, and kill and sleep.
        self._process.closed = True


def _child_set_up(cwd: Path) -> Callable[[], None]:
    """Return what the child does between fork and exec."""

    def set_up() -> None:
        for number in signal.valid_signals():
            # SIGKILL, SIGSTOP and those that libc keeps for itself refuse.
            with contextlib.suppress(OSError, ValueError):
                signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        _read_utf8()
        os.chdir(cwd)

    return set_up


def _read_utf8() -> None:
    """Let the terminal erase whole characters, where it collects lines itself."""
    attributes = termios.tcgetattr(0)
    attributes[0] |= _IUTF8
    termios.tcsetattr(0, termios.TCSANOW, attributes)


@contextlib.contextmanager
def _signals_blocked() -> Any:
    """Hold signals back, so that none meets our handlers inside the child."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _fork_from_threads() -> Any:
    """Silence the warning that Python 3.12 gives for a fork beside threads.

    The child takes no lock that another thread may hold: it sets signals, closes
    descriptors and executes the program.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield
