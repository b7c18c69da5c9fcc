"""Noticing the death of a child without reaping it."""

import asyncio
import os
import threading
from contextlib import suppress


class DeathWatch:
    """Tells when a child of this process is dead.

    The child is not reaped by it, so that its number stays its own until all that
    it has left behind is dealt with.

    Args:
        pid: Of the child.
    """

    def __init__(self, pid: int) -> None:
        self.dead = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._descriptor: int | None = None
        if hasattr(os, "pidfd_open"):
            self._descriptor = os.pidfd_open(pid)
            self._loop.add_reader(self._descriptor, self._on_death)
        else:
            name = f"wait for {pid}"
            waiter = threading.Thread(
                target=self._wait, args=(pid,), name=name, daemon=True
            )
            waiter.start()

    def close(self) -> None:
        """Watch no more."""
        if self._descriptor is not None:
            self._loop.remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None

    def _on_death(self) -> None:
        self.close()
        self.dead.set()

    def _wait(self, pid: int) -> None:
        """Wait in a thread, where there are no process descriptors."""
        with suppress(ChildProcessError):
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        with suppress(RuntimeError):  # The loop is closed: nobody wants to know.
            self._loop.call_soon_threadsafe(self.dead.set)
