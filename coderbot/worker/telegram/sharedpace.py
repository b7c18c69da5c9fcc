"""What all replicas of a bot may send together, shared among them."""

import asyncio
import logging
from typing import Protocol

from coderbot.botprocess.telegram.pace import Bucket
from coderbot.clock import Clock
from coderbot.cluster.away import ClusterError
from coderbot.cluster.budget import Grant

_BATCH = 5
"""Tokens that are fetched at once, so that a message seldom waits for Redis."""
_GOOD_S = 1.0
"""How long fetched tokens are good, in seconds; kept, they would add up to a flood."""
_LEAST_PAUSE_S = 0.1
"""Pause before more are asked for when there were too few, in seconds."""
_SOON_S = 0.005
"""When to look again for tokens that are being fetched, in seconds."""

_log = logging.getLogger(__name__)


class Source(Protocol):
    """Where tokens come from; `coderbot.cluster.budget` has them in Redis."""

    async def take(self, wanted: int, burst: float, per_s: float) -> Grant:
        """Take as many tokens as there are, `wanted` at most."""


class SharedPace:
    """Stands for the bucket of all chats, with tokens from one that is shared.

    While Redis does not answer each replica keeps to its part of the rate.

    Args:
        source: The shared bucket.
        rate: How many tokens it holds, and how many come back.
        replicas: How many share it.
        clock: The one that times given here are of.
    """

    def __init__(
        self, source: Source, rate: Bucket, replicas: int, clock: Clock
    ) -> None:
        self._source = source
        self._rate = rate
        self._part = Bucket.full(
            max(1.0, rate.burst / replicas),
            rate.per_s / replicas,
            clock.monotonic(),
        )
        self._clock = clock
        self._level = 0.0
        self._good_until = 0.0
        self._again_at = 0.0
        self._wanted = asyncio.Event()
        self._is_away = False

    def wait_s(self, now: float) -> float:
        """Return for how long there will be no token; 0 when there is one."""
        if now >= self._good_until:
            self._level = min(self._level, 0.0)
        if self._level >= 1:
            return 0.0
        self._wanted.set()
        return max(self._again_at - now, _SOON_S)

    def take(self, now: float, count: int = 1) -> None:  # noqa: ARG002 - as Bucket
        """Take some; more than there are makes the next one wait longer."""
        self._level -= count

    async def run(self) -> None:
        """Fetch tokens whenever some are wanted, until cancelled."""
        while True:
            await self._wanted.wait()
            grant = await self._fetch(_BATCH - int(self._level))
            now = self._clock.monotonic()
            self._level += grant.tokens
            self._good_until = now + _GOOD_S
            self._wanted.clear()
            if self._level < 1:
                pause_s = max(grant.again_s, _LEAST_PAUSE_S)
                self._again_at = now + pause_s
                await self._clock.sleep(pause_s)
                self._wanted.set()

    async def _fetch(self, wanted: int) -> Grant:
        try:
            grant = await self._source.take(wanted, self._rate.burst, self._rate.per_s)
        except ClusterError as error:
            if not self._is_away:
                _log.warning("Sending at a part of the rate: %s", error.message)
            self._is_away = True
            return self._own_part()
        self._is_away = False
        return grant

    def _own_part(self) -> Grant:
        now = self._clock.monotonic()
        wait_s = self._part.wait_s(now)
        if wait_s > 0:
            return Grant(0, wait_s)
        self._part.take(now)
        return Grant(1, 0.0)
