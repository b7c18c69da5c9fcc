"""Time as an argument: everything that waits or measures is handed a clock."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol

_BOOTTIME = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Only Linux has a monotonic clock that stands still in sleep, and so another one."""


class Clock(Protocol):
    """What the program asks of time."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""

    def boottime(self) -> float:
        """Seconds from an arbitrary start that all processes of the machine share.

        Unlike `monotonic` it goes on while the machine sleeps: what was promised
        for a time to somebody elsewhere is measured by it.
        """

    def now(self) -> datetime:
        """Wall time, aware, in UTC."""

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds`."""


class SystemClock:
    """The clock of the machine."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""
        return time.monotonic()

    def boottime(self) -> float:
        """Seconds from an arbitrary start, those of the machine's sleep included."""
        return time.clock_gettime(_BOOTTIME)

    def now(self) -> datetime:
        """Wall time, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds`."""
        await asyncio.sleep(seconds)
