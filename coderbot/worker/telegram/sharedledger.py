"""Which updates were acted on by any of the workers of a bot, on any host."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Protocol

from telegram import Update

from coderbot.botprocess.telegram.ledger import UpdateLedger, key_of
from coderbot.clock import Clock
from coderbot.cluster.away import until_answered


class Claimer(Protocol):
    """Gives each name to one process; `coderbot.cluster.claims` does by Redis."""

    async def take(self, names: Sequence[str]) -> list[bool]:
        """Claim each of `names`; returns which of them are ours."""


class SharedLedger:
    """An `UpdateLedger` before that of the host: nothing is acted on twice anywhere.

    While Redis does not answer, nothing is acted on at all: updates wait here, and
    `settled` lets polling wait, so that Telegram keeps what comes meanwhile.

    Args:
        claims: Shared by all workers.
        local: Of this host; still knows its part when Redis was emptied.
        clock: For pauses.
    """

    def __init__(self, claims: Claimer, local: UpdateLedger, clock: Clock) -> None:
        self._claims = claims
        self._local = local
        self._clock = clock
        self._turn = asyncio.Lock()
        self._waiting: list[tuple[str, asyncio.Future[bool]]] = []
        self._is_settled = asyncio.Event()
        self._is_settled.set()

    async def is_new(self, update: Update) -> bool:
        """Note an update; returns False when anybody has noted it before.

        Returns in the order of the calls, once Redis and the disk have it.
        """
        mine: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((key_of(update), mine))
        self._is_settled.clear()
        async with self._turn:
            # Whoever waited here while others asked was asked for with them.
            if self._waiting:
                batch, self._waiting = self._waiting, []
                await self._ask(batch)
            if not self._waiting:
                self._is_settled.set()
        return mine.result() and await self._local.is_new(update)

    async def settled(self) -> None:
        """Return when nothing waits for an answer of Redis."""
        await self._is_settled.wait()

    async def _ask(self, batch: list[tuple[str, asyncio.Future[bool]]]) -> None:
        try:
            ask = partial(self._claims.take, [name for name, _ in batch])
            taken = await until_answered(ask, self._clock, "Updates wait")
        except BaseException:
            # Whoever waits goes on asking.
            self._waiting[:0] = batch
            raise
        for (_, future), is_ours in zip(batch, taken, strict=True):
            future.set_result(is_ours)
