"""A clock that only goes when it is told to."""

import asyncio
from datetime import UTC, datetime, timedelta


class FakeClock:
    """A `Clock` whose time is moved by hand.

    Args:
        start: What `monotonic` returns at first, in seconds.
    """

    def __init__(self, start: float = 1_000.0) -> None:
        self._now = start
        self._epoch = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(seconds=start)
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self.slept: list[float] = []
        """Every length that was asked for, in seconds."""

    def monotonic(self) -> float:
        """Seconds since some start."""
        return self._now

    def boottime(self) -> float:
        """Seconds since some start; nobody sleeps."""
        return self._now

    def now(self) -> datetime:
        """Wall time; it goes with the monotonic one."""
        return self._epoch + timedelta(seconds=self._now)

    async def sleep(self, seconds: float) -> None:
        """Wait until the time was moved that far."""
        self.slept.append(seconds)
        future = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + seconds, future))
        await future

    async def advance(self, seconds: float) -> None:
        """Move the time, waking who sleeps, in order, each at its own moment."""
        end = self._now + seconds
        while True:
            await self.settle()
            due = [each for each in self._sleepers if each[0] <= end]
            if not due:
                break
            first = min(due, key=lambda each: each[0])
            self._sleepers.remove(first)
            self._now = max(self._now, first[0])
            if not first[1].done():
                first[1].set_result(None)
        self._now = end
        await self.settle()

    async def settle(self) -> None:
        """Let all tasks run that can."""
        for _ in range(20):
            await asyncio.sleep(0)
