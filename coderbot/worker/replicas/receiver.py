"""The process that gets the updates of a bot with replicas, and hands them on."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from telegram import Bot, Update

from coderbot import wire
from coderbot.botprocess.bounded import bounded
from coderbot.botprocess.counters import Counters
from coderbot.botprocess.deadline import end_within
from coderbot.botprocess.endings import channel_guarded, signals_heard
from coderbot.botprocess.lease import PollLease
from coderbot.botprocess.link import Link
from coderbot.botprocess.settings import Identity
from coderbot.botprocess.stopping import StopRequest
from coderbot.botprocess.telegram.absence import Absence
from coderbot.botprocess.telegram.application import (
    ALLOWED_UPDATES,
    LONG_POLL_S,
    build_application,
)
from coderbot.botprocess.telegram.hooks import first_poll
from coderbot.botprocess.telegram.online import TokenRefusedError, until_online
from coderbot.botprocess.telegram.polling import PollWatch
from coderbot.botprocess.tokenclaim import TokenClaim, until_ours
from coderbot.botprocess.vitals import Vitals
from coderbot.clock import Clock
from coderbot.cluster.away import until_answered
from coderbot.cluster.shared import Shared
from coderbot.config.settings import Settings
from coderbot.errors import CoderBotError, ExitCode
from coderbot.logs import LIFECYCLE_LOGGER
from coderbot.paths import StateDir
from coderbot.worker.replicas.handing import Handing
from coderbot.worker.replicas.leftover import hand_on_leftovers
from coderbot.worker.sharing import shared_of

if TYPE_CHECKING:
    from coderbot.worker.telegram.webhookfeed import WebhookFeed

Deliver = Callable[[Sequence[Mapping[str, Any]]], Awaitable[None]]

_log = logging.getLogger(LIFECYCLE_LOGGER)


class Receiver:
    """Receives, and acts on nothing: what an update asks for is up to a replica.

    Args:
        settings: All of them.
        identity: Token and number of the bot.
        channel: To the supervisor; None when running alone.
        lease: The right to poll.
        clock: For everything that waits.
        jitter: Returns a number from 0 to 1.
    """

    def __init__(
        self,
        settings: Settings,
        identity: Identity,
        channel: socket.socket | None,
        lease: PollLease,
        clock: Clock,
        jitter: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._identity = identity
        self._channel = channel
        self._lease = lease
        self._clock = clock
        self._jitter = jitter
        self._stop = StopRequest()
        self._counters = Counters()
        self._claim = TokenClaim(identity.token, settings.api_root)
        self._next = 0
        """Number of the first update that was not handed on; 0: whatever comes."""

    async def run(self) -> ExitCode:
        """Run until somebody asks to stop; returns the code to exit with."""
        alone, grace_s = self._channel is None, self._settings.stop_timeout_s
        StateDir(self._settings.state_dir).make()
        with (
            signals_heard(self._stop, alone=alone),
            channel_guarded(self._channel, grace_s),
        ):
            async with (
                Link(self._channel, self._clock, self._lease) as link,
                shared_of(self._settings, self._identity) as shared,
            ):
                assert shared is not None, "replicas are fed through Redis"
                slots = self._settings.replicas_of(self._identity.name)
                handing = Handing(shared.writer(slots), slots, self._clock)
                await self._serve(link, handing, shared)
        _log.info("Stopped: %s", self._stop.reason)
        return self._stop.code

    async def _serve(self, link: Link, handing: Handing, shared: Shared) -> None:
        absence = Absence(self._clock)
        watch = PollWatch(self._clock, link.send, self._refused, absence)
        application = build_application(
            self._settings, self._identity.token, watch, self._counters, self._lease
        )
        bot = application.bot
        async with asyncio.TaskGroup() as group:
            beat = group.create_task(link.run(lambda: self._vitals(watch), self._gone))
            work = group.create_task(self._receive(bot, watch, link, handing, shared))
            await self._stop.wait()
            work.cancel()
            await self._wind_down(bot, watch)
            beat.cancel()

    async def _receive(
        self,
        bot: Bot,
        watch: PollWatch,
        link: Link,
        handing: Handing,
        shared: Shared,
    ) -> None:
        """Receive until cancelled."""

        async def hand(updates: Sequence[Mapping[str, Any]]) -> None:
            await handing.hand(updates)
            self._counters.updates += len(updates)

        try:
            await until_ours(self._claim, watch.conflict, self._clock, self._jitter)
            await until_online(bot.initialize, watch, self._clock, self._jitter)
            await handing.begin()
            slots = self._settings.replicas_of(self._identity.name)
            take = partial(hand_on_leftovers, shared.reader, slots, hand)
            await until_answered(take, self._clock, "Old updates wait")
            if self._settings.webhook_url is None:
                await self._poll(bot, watch, hand, partial(self._tell_ready, bot, link))
            else:
                feed = self._feed(bot, watch)
                await feed.run(hand, partial(self._tell_ready, bot, link))
        except CoderBotError as error:
            _log.error("%s", error)
            self._stop.ask(error.exit_code, error.message)

    async def _poll(
        self, bot: Bot, watch: PollWatch, hand: Deliver, ready: Callable[[], None]
    ) -> None:
        first = partial(first_poll, bot, self._identity.name)
        await until_online(first, watch, self._clock, self._jitter)
        ready()
        while True:
            updates = await self._updates(bot, watch)
            if updates:
                await hand([each.to_dict() for each in updates])
                # The next call confirms them.
                self._next = updates[-1].update_id + 1

    def _feed(self, bot: Bot, watch: PollWatch) -> "WebhookFeed":
        from coderbot.worker.telegram.webhookfeed import WebhookFeed

        return WebhookFeed(
            self._settings,
            self._identity.index,
            bot,
            watch,
            self._lease,
            self._clock,
            self._jitter,
            connections=40,
        )

    async def _updates(self, bot: Bot, watch: PollWatch) -> Sequence[Update]:
        return await until_online(
            lambda: bot.get_updates(
                self._next or None,
                timeout=timedelta(seconds=LONG_POLL_S),
                allowed_updates=ALLOWED_UPDATES,
            ),
            watch,
            self._clock,
            self._jitter,
        )

    async def _wind_down(self, bot: Bot, watch: PollWatch) -> None:
        """Confirm what was handed on, and close the connections, within bounds."""
        _log.info("Stopping: %s", self._stop.reason)
        whole_s = self._settings.stop_timeout_s
        end_within(whole_s * 0.95, self._stop.code)
        watch.stopping()
        if self._next and self._stop.code is ExitCode.OK:
            confirm = bot.get_updates
            await bounded(
                lambda: confirm(self._next, limit=1, timeout=timedelta(0)),
                whole_s * 0.3,
                "polling",
            )
        self._lease.close()
        await bounded(bot.shutdown, whole_s * 0.2, "connections")

    def _tell_ready(self, bot: Bot, link: Link) -> None:
        user = bot.bot
        name = user.username or ""
        link.send(wire.Ready(bot_id=user.id, username=name, full_name=user.full_name))
        slots = self._settings.replicas_of(self._identity.name)
        _log.info("READY: @%s is %s, for %d replicas", name, self._identity.name, slots)

    def _vitals(self, watch: PollWatch) -> Vitals:
        return Vitals(
            terminals=0,
            terminals_busy=0,
            poll_age_s=watch.age_s,
            media_pending=0,
            outbox_queued=0,
            counters=self._counters.frame(),
        )

    def _gone(self) -> None:
        self._stop.ask(ExitCode.OK, "the supervisor is gone")

    def _refused(self) -> None:
        error = TokenRefusedError()
        if not self._stop.is_asked:
            _log.error("%s", error)
        self._stop.ask(error.exit_code, error.message)
