"""A clock whose sleeps take no time but are counted."""

import asyncio
from datetime import UTC, datetime


class AutoClock:
    """Jumps ahead whenever somebody sleeps."""

    def __init__(self) -> None:
        self.time_s = 1_000.0
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        return self.time_s

    def boottime(self) -> float:
        return self.time_s

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time_s, UTC)

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.time_s += seconds
        await asyncio.sleep(0)
