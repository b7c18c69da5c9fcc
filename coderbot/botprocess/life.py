"""The life of a bot's process, whatever the bot does: from its start to its end."""

import logging
import socket
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TypeVar

from telegram import User

from coderbot import wire
from coderbot.botprocess.counters import Counters
from coderbot.botprocess.deadline import end_within
from coderbot.botprocess.endings import channel_guarded, signals_heard
from coderbot.botprocess.health import Health, health_page
from coderbot.botprocess.lease import PollLease
from coderbot.botprocess.link import Link
from coderbot.botprocess.stopping import StopRequest
from coderbot.botprocess.telegram.absence import Absence
from coderbot.botprocess.telegram.application import (
    WorkerApplication,
    build_application,
)
from coderbot.botprocess.telegram.online import TokenRefusedError, until_online
from coderbot.botprocess.telegram.polling import PollWatch
from coderbot.botprocess.tokenclaim import TokenClaim, until_ours
from coderbot.botprocess.vitals import Vitals
from coderbot.clock import Clock
from coderbot.config.settings import Settings
from coderbot.errors import CoderBotError, ExitCode
from coderbot.httpmessage import Page
from coderbot.httpserver import HttpServer, opened
from coderbot.logs import LIFECYCLE_LOGGER
from coderbot.paths import StateDir
from coderbot.redact import Secret

_log = logging.getLogger(LIFECYCLE_LOGGER)
_T = TypeVar("_T")


class Life:
    """What every process with a bot in it has, and the steps that all of them take.

    Args:
        settings: All of them.
        token: Of the bot.
        channel: To the supervisor; None when running alone.
        lease: The right to poll.
        clock: For everything that waits.
        jitter: Returns a number from 0 to 1.
        token_variable: Where a new token goes when Telegram refuses this one.
    """

    def __init__(
        self,
        settings: Settings,
        token: Secret,
        channel: socket.socket | None,
        lease: PollLease,
        clock: Clock,
        jitter: Callable[[], float],
        token_variable: str = "TELEGRAM_BOT_TOKENS",
    ) -> None:
        self.settings = settings
        self.lease = lease
        self.clock = clock
        self.jitter = jitter
        self.stop = StopRequest()
        self.counters = Counters()
        self.absence = Absence(clock)
        self.link = Link(channel, clock, lease)
        self.watch = PollWatch(clock, self.link.send, self.refused, self.absence)
        self._token = token
        self._token_variable = token_variable
        self._channel = channel
        self._claim = TokenClaim(token, settings.api_root)
        self._is_ready = False

    async def run(self, serve: Callable[[], Awaitable[None]]) -> ExitCode:
        """Serve until somebody asks to stop; returns the code to exit with.

        Args:
            serve: Does everything, and returns some time after `stop` was asked for.
        """
        StateDir(self.settings.state_dir).make()
        with (
            signals_heard(self.stop, alone=self._channel is None),
            channel_guarded(self._channel, self.settings.stop_timeout_s),
        ):
            async with self.link, self._probed():
                await serve()
        _log.info("Stopped: %s", self.stop.reason)
        return self.stop.code

    def application(
        self, hold: Callable[[], Awaitable[None]] | None = None
    ) -> WorkerApplication:
        """Return the client of the bot, not yet connected.

        Args:
            hold: Awaited before updates are asked for, which confirms those before.
        """
        return build_application(
            self.settings, self._token, self.watch, self.counters, self.lease, hold
        )

    async def beat(
        self,
        vitals: Callable[[], Vitals],
        screens: Callable[[], list[wire.TerminalScreen]] = list,
    ) -> None:
        """Tell the supervisor how this process is, and obey it, until cancelled."""

        def gone() -> None:
            self.stop.ask(ExitCode.OK, "the supervisor is gone")

        await self.link.run(vitals, gone, screens)

    def vitals(
        self,
        *,
        terminals: int = 0,
        terminals_busy: int = 0,
        media_pending: int = 0,
        outbox_queued: int = 0,
    ) -> Vitals:
        """Return what a heartbeat tells; the arguments are what only the bot knows."""
        return Vitals(
            terminals=terminals,
            terminals_busy=terminals_busy,
            poll_age_s=self.watch.age_s,
            media_pending=media_pending,
            outbox_queued=outbox_queued,
            counters=self.counters.frame(),
        )

    async def until_ours(self) -> None:
        """Wait until no other process on this host polls with the token."""
        await until_ours(self._claim, self.watch.conflict, self.clock, self.jitter)

    async def until_online(self, call: Callable[[], Awaitable[_T]]) -> _T:
        """Ask Telegram until it answers; returns its answer.

        Raises:
            TokenRefusedError: When Telegram does not know the token.
        """
        return await until_online(call, self.watch, self.clock, self.jitter)

    def ready(self, user: User, what: str) -> None:
        """Tell that the bot can be used.

        Args:
            user: The bot.
            what: What it is, for the log.
        """
        name = user.username or ""
        self.link.send(
            wire.Ready(bot_id=user.id, username=name, full_name=user.full_name)
        )
        self._is_ready = True
        _log.info("READY: @%s is %s", name, what)

    def refused(self) -> None:
        """End because Telegram does not know the token."""
        self.fail(TokenRefusedError(self._token_variable))

    def fail(self, error: CoderBotError) -> None:
        """End because of an error, unless the end has begun."""
        if not self.stop.is_asked:
            _log.error("%s", error)
        self.stop.ask(error.exit_code, error.message)

    def wind_down(self) -> float:
        """Begin the end: whatever hangs, it comes within STOP_TIMEOUT_S.

        Returns:
            How long all steps of it may take together, in seconds.
        """
        _log.info("Stopping: %s", self.stop.reason)
        whole_s = self.settings.stop_timeout_s
        end_within(whole_s * 0.95, self.stop.code)
        return whole_s * 0.8

    def _probed(self) -> AbstractAsyncContextManager[object]:
        """Return a block in which an engine's probes are answered, when alone."""
        port = self.settings.health_port
        if self._channel is not None or not port:
            return nullcontext()

        def page(path: str) -> Page | None:
            is_ready = self._is_ready and not self.stop.is_asked
            return health_page(
                path, Health(is_ready, self.watch.status, self.watch.age_s)
            )

        # An engine asks at the address of the container, by no name known here.
        server = HttpServer(page, from_anywhere=True)
        return opened(server, "0.0.0.0", port, "probes")
