"""The bot that polls only while it may."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from telegram import Update
from telegram.ext import ExtBot

from coderbot.botprocess.lease import PollLease


class LeasedBot(ExtBot[None]):
    """Asks for updates only for as long as its lease is good.

    Telegram knows one poller for each token: another host that polls with it from
    the end of the lease on must not meet a poll of this one. Nor may what arrives
    after that be acted on: it was not confirmed, and the other gets it as well.

    Args:
        lease: Of this worker.
        hold: Awaited before updates are asked for, which confirms those before.
        **options: Those of ExtBot.
    """

    __slots__ = ("_hold", "_lease")

    def __init__(
        self,
        lease: PollLease,
        hold: Callable[[], Awaitable[None]] | None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._hold = hold
        self._lease = lease

    async def get_updates(
        self,
        offset: int | None = None,
        limit: int | None = None,
        timeout: int | timedelta | None = None,
        allowed_updates: Sequence[str] | None = None,
        **options: Any,
    ) -> tuple[Update, ...]:
        """Return updates; none when the lease has ended meanwhile."""
        if self._hold is not None:
            await self._hold()
        longest_s = await self._lease.poll_s()
        if longest_s == 0:
            # Whoever asks again and again lets others go on.
            await asyncio.sleep(0)
            return ()
        if longest_s < math.inf:
            timeout = timedelta(seconds=int(min(_seconds(timeout), longest_s)))
        try:
            async with self._lease.bounding():
                updates = await super().get_updates(
                    offset, limit, timeout, allowed_updates, **options
                )
        except TimeoutError:
            return ()
        return updates if self._lease.is_good else ()


def _seconds(timeout: int | timedelta | None) -> float:
    return timeout.total_seconds() if isinstance(timeout, timedelta) else timeout or 0
