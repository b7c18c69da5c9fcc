"""Waiting for a change, without polling."""

import asyncio
from collections.abc import Callable

from coderbot.clock import Clock


class Pulse:
    """Wakes everybody who waits, each time something changed."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def fire(self) -> None:
        """Wake all who wait now."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self, timeout: float | None = None) -> None:
        """Wait for the next `fire`, or `timeout` seconds; None: however long."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await asyncio.wait((waiter,), timeout=timeout)
        finally:
            self._waiters.discard(waiter)

    async def until(
        self, holds: Callable[[], bool], timeout: float, clock: Clock
    ) -> bool:
        """Wait until `holds()`, looked at after each `fire`.

        Returns:
            Whether it holds; False after `timeout` seconds.
        """
        deadline = clock.monotonic() + timeout
        while not holds():
            left = deadline - clock.monotonic()
            if left <= 0:
                return False
            await self.wait(left)
        return True
