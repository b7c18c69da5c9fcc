"""Reading what a program writes: at once when it is little, in portions when much."""

import asyncio
from collections.abc import Callable
from typing import Final

TURN_BYTES: Final = 128 * 1024
"""Output read in one turn of the loop: `yes` must not keep others waiting."""
TURN_S: Final = 0.004
"""And how long that may take, in seconds: the system hands out lines of one letter
twenty times as slowly as long ones."""
PAUSE_S: Final = 0.001
"""Between two turns, in seconds. A terminal hands out what has come so far, which is
little when it is asked at once: a flood would be read in thousands of crumbs."""


class OutputReader:
    """Calls `read` when a terminal has output.

    Args:
        fd: Our end of the terminal.
        read: Reads up to so many bytes; returns False when there will be no more.
    """

    def __init__(self, fd: int, read: Callable[[int], bool]) -> None:
        self._fd = fd
        self._read = read
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._loop.add_reader(fd, self._on_readable)

    def close(self) -> None:
        """Read no more; may be called again."""
        if self._timer:
            self._timer.cancel()
        self._loop.remove_reader(self._fd)
        self._fd = -1

    def _on_readable(self) -> None:
        self._loop.remove_reader(self._fd)
        if self._read(TURN_BYTES) and self._fd >= 0:
            self._timer = self._loop.call_later(PAUSE_S, self._resume)

    def _resume(self) -> None:
        self._loop.add_reader(self._fd, self._on_readable)
