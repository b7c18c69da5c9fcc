"""The process that gets the updates of a bot with replicas, and hands them on."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from telegram import Bot, Update

from coderbot.botprocess.bounded import bounded
from coderbot.botprocess.life import Life
from coderbot.botprocess.settings import Identity
from coderbot.botprocess.telegram.application import ALLOWED_UPDATES, LONG_POLL_S
from coderbot.botprocess.telegram.hooks import first_poll
from coderbot.cluster.away import until_answered
from coderbot.cluster.shared import Shared
from coderbot.errors import CoderBotError, ExitCode
from coderbot.worker.replicas.handing import Handing
from coderbot.worker.replicas.leftover import hand_on_leftovers
from coderbot.worker.sharing import shared_of

if TYPE_CHECKING:
    from coderbot.worker.telegram.webhookfeed import WebhookFeed

Deliver = Callable[[Sequence[Mapping[str, Any]]], Awaitable[None]]


class Receiver:
    """Receives, and acts on nothing: what an update asks for is up to a replica.

    Args:
        life: Of this process.
        identity: Token and number of the bot.
    """

    def __init__(self, life: Life, identity: Identity) -> None:
        self._life = life
        self._identity = identity
        self._next = 0
        """Number of the first update that was not handed on; 0: whatever comes."""

    async def run(self) -> ExitCode:
        """Run until somebody asks to stop; returns the code to exit with."""
        return await self._life.run(self._share)

    async def _share(self) -> None:
        async with shared_of(self._life.settings, self._identity) as shared:
            assert shared is not None, "replicas are fed through Redis"
            await self._serve(shared)

    async def _serve(self, shared: Shared) -> None:
        life = self._life
        bot = life.application().bot
        async with asyncio.TaskGroup() as group:
            beat = group.create_task(life.beat(life.vitals))
            work = group.create_task(self._receive(bot, shared))
            await life.stop.wait()
            work.cancel()
            await self._wind_down(bot)
            beat.cancel()

    async def _receive(self, bot: Bot, shared: Shared) -> None:
        """Receive until cancelled."""
        life, slots = self._life, self._slots
        handing = Handing(shared.writer(slots), slots, life.clock)

        async def hand(updates: Sequence[Mapping[str, Any]]) -> None:
            await handing.hand(updates)
            life.counters.updates += len(updates)

        try:
            await life.until_ours()
            await life.until_online(bot.initialize)
            await handing.begin()
            take = partial(hand_on_leftovers, shared.reader, slots, hand)
            await until_answered(take, life.clock, "Old updates wait")
            ready = partial(self._tell_ready, bot)
            if life.settings.webhook_url is None:
                await self._poll(bot, hand, ready)
            else:
                feed = self._feed(bot)
                await feed.run(hand, ready)
        except CoderBotError as error:
            life.fail(error)

    async def _poll(self, bot: Bot, hand: Deliver, ready: Callable[[], None]) -> None:
        await self._life.until_online(partial(first_poll, bot, self._identity.name))
        ready()
        while True:
            updates = await self._updates(bot)
            if updates:
                await hand([each.to_dict() for each in updates])
                # The next call confirms them.
                self._next = updates[-1].update_id + 1

    def _feed(self, bot: Bot) -> "WebhookFeed":
        from coderbot.worker.telegram.webhookfeed import WebhookFeed

        return WebhookFeed(self._life, self._identity.index, bot, connections=40)

    async def _updates(self, bot: Bot) -> Sequence[Update]:
        return await self._life.until_online(
            lambda: bot.get_updates(
                self._next or None,
                timeout=timedelta(seconds=LONG_POLL_S),
                allowed_updates=ALLOWED_UPDATES,
            )
        )

    async def _wind_down(self, bot: Bot) -> None:
        """Confirm what was handed on, and close the connections, within bounds."""
        life = self._life
        budget_s = life.wind_down()
        life.watch.stopping()
        if self._next and life.stop.code is ExitCode.OK:
            confirm = partial(
                bot.get_updates, self._next, limit=1, timeout=timedelta(0)
            )
            await bounded(confirm, budget_s * 0.4, "polling")
        life.lease.close()
        await bounded(bot.shutdown, budget_s * 0.3, "connections")

    def _tell_ready(self, bot: Bot) -> None:
        what = f"{self._identity.name}, for {self._slots} replicas"
        self._life.ready(bot.bot, what)

    @property
    def _slots(self) -> int:
        """Number of the bot's replicas."""
        return self._life.settings.replicas_of(self._identity.name)
