"""How a child process ended, and when."""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable

_NO_STATUS = "unknown"


def describe_exit(code: int, status: int) -> str:
    """Return how a process ended, `exit 0` or `SIGKILL`.

    Args:
        code: `si_code` of waitid: CLD_EXITED, CLD_KILLED or CLD_DUMPED.
        status: Exit code, or number of the signal.
    """
    if code == os.CLD_EXITED:
        return f"exit {status}"
    try:
        return signal.Signals(status).name
    except ValueError:
        return f"signal {status}"


class ExitWatch:
    """Tells once when a child process has ended, and leaves it to be reaped.

    An ended child that is not reaped keeps its number, so that nothing else can
    be mistaken for it (or for its OS session) while its family is looked for.

    Args:
        pid: The child.
        on_exit: Called in the event loop.
    """

    def __init__(self, pid: int, on_exit: Callable[[], None]) -> None:
        self._pid = pid
        self._on_exit = on_exit
        self._loop = asyncio.get_running_loop()
        self._fd = -1
        if hasattr(os, "pidfd_open"):
            self._fd = os.pidfd_open(pid)
            self._loop.add_reader(self._fd, self._ended)
        else:
            threading.Thread(target=self._wait, daemon=True).start()

    def status(self) -> str | None:
        """Return how the child ended; None while it runs."""
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        try:
            result = os.waitid(os.P_PID, self._pid, options)
        except ChildProcessError:
            return _NO_STATUS
        return describe_exit(result.si_code, result.si_status) if result else None

    def abandon(self) -> None:
        """Call nobody any more; reap the child, now or when it ends."""
        self._on_exit = self._reap
        if self.status() is not None:
            self._unwatch()
            self._reap()

    def _reap(self) -> None:
        """Let the kernel forget the child, which has ended."""
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, os.WNOHANG)

    def _ended(self) -> None:
        self._unwatch()
        self._on_exit()

    def _unwatch(self) -> None:
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1

    def _wait(self) -> None:
        """Wait in a thread, where the system has no pidfd."""
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOWAIT)
        # The loop may be closed by now.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._ended)
