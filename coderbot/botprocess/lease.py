"""The right to poll, which ends by itself unless the supervisor renews it."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from coderbot import wire
from coderbot.clock import Clock

_LEAST_S = 1.0
"""A poll that could last no longer is not begun, in seconds."""


class PollLease:
    """Knows until when this worker may poll with its token.

    On a host alone it may always. Where several hosts share the bots another host
    polls as soon as the lease has ended, whether this process was told or not; it
    may have been stopped meanwhile, together with the whole machine. So all is
    measured on a clock that goes on during that, and looked at after each wait.

    Args:
        clock: The one of the machine, `boottime`.
        is_needed: Whether this worker must have one.
    """

    def __init__(self, clock: Clock, is_needed: bool) -> None:
        self._clock = clock
        self._until = -math.inf if is_needed else math.inf
        self._fence = 0
        self._margin_s = 0.0
        self._is_closed = False
        self._changed = asyncio.Event()
        self._bounds: set[asyncio.Timeout] = set()

    @property
    def fence(self) -> int:
        """Number of the lease, which grows whenever it changes hands; 0: none."""
        return self._fence

    @property
    def left_s(self) -> float:
        """How long it is still good, in seconds; infinite when none is needed."""
        return self._until - self._clock.boottime()

    @property
    def is_good(self) -> bool:
        """Whether this worker may act on what it has received."""
        return self.left_s > 0

    def renew(self, frame: wire.Lease) -> None:
        """Take what the supervisor says; a moment gone by ends it now."""
        self._until, self._fence = frame.until, frame.fence
        self._margin_s = frame.margin_s
        for bound in self._bounds:
            if not bound.expired():
                bound.reschedule(self._loop_end())
        self._wake()

    def close(self) -> None:
        """Let nobody wait for it any more: this worker is stopping."""
        self._is_closed = True
        self._wake()

    async def poll_s(self) -> float:
        """Wait until a poll may begin; returns how long it may last, in seconds.

        It is 0 when there will be none, because this worker is stopping.
        """
        while (budget_s := self.left_s - self._margin_s) < _LEAST_S:
            if self._is_closed:
                return 0.0
            await self._changed.wait()
        return budget_s

    @asynccontextmanager
    async def bounding(self) -> AsyncIterator[None]:
        """Cut off what is waited for in the block when the lease ends.

        Raises:
            TimeoutError: When it has.
        """
        async with asyncio.timeout_at(self._loop_end()) as bound:
            self._bounds.add(bound)
            try:
                yield
            finally:
                self._bounds.discard(bound)

    def _loop_end(self) -> float | None:
        """Return when the lease ends on the loop's clock; None: never."""
        left_s = self.left_s
        return (
            None if left_s == math.inf else asyncio.get_running_loop().time() + left_s
        )

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
