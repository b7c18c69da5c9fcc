"""The life of the control bot, from the first call to a graceful end."""

import asyncio
import logging
import socket
from collections.abc import Callable
from pathlib import Path

from coderbot import wire
from coderbot.botprocess.bounded import bounded
from coderbot.botprocess.counters import Counters
from coderbot.botprocess.deadline import end_within
from coderbot.botprocess.endings import channel_guarded, signals_heard
from coderbot.botprocess.lease import PollLease
from coderbot.botprocess.link import Link
from coderbot.botprocess.stopping import StopRequest
from coderbot.botprocess.tasks import Tasks
from coderbot.botprocess.telegram.absence import Absence
from coderbot.botprocess.telegram.application import build_application
from coderbot.botprocess.telegram.client import TelegramClient
from coderbot.botprocess.telegram.entrance import add_entrance
from coderbot.botprocess.telegram.ledger import Ledger
from coderbot.botprocess.telegram.online import TokenRefusedError
from coderbot.botprocess.telegram.polling import PollWatch
from coderbot.botprocess.tokenclaim import TokenClaim, until_ours
from coderbot.botprocess.vitals import Vitals
from coderbot.clock import Clock
from coderbot.config.settings import Settings
from coderbot.controlbot.assembly import Frame, build_services
from coderbot.controlbot.commands import menu
from coderbot.controlbot.door import Door
from coderbot.controlbot.router import Router
from coderbot.controlbot.services import Services
from coderbot.errors import ExitCode
from coderbot.logs import LIFECYCLE_LOGGER
from coderbot.paths import StateDir
from coderbot.redact import Secret

_REFUSED = (
    "Telegram refuses the token of the control bot (401 Unauthorized): put a new one "
    "from @BotFather into CONTROL_BOT_TOKEN, or correct TELEGRAM_API_ROOT."
)

_CONTACT_S = 5.0
"""How long READY waits for the supervisor to be reached, in seconds."""

_log = logging.getLogger(LIFECYCLE_LOGGER)


class ControlBot:
    """Runs the control bot.

    Args:
        settings: All of them.
        token: Its own.
        env_file: The `.env` whose tokens it may change; None: none.
        channel: To the supervisor; None when running alone.
        lease: The right to poll.
        clock: For everything that waits.
        jitter: Returns a number from 0 to 1.
    """

    def __init__(
        self,
        settings: Settings,
        token: Secret,
        env_file: Path | None,
        channel: socket.socket | None,
        lease: PollLease,
        clock: Clock,
        jitter: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._token = token
        self._channel = channel
        self._lease = lease
        self._clock = clock
        self._jitter = jitter
        self._frame = Frame(
            settings, env_file, clock, jitter, clock.monotonic(), clock.now()
        )
        self._stop = StopRequest()
        self._counters = Counters()

    async def run(self) -> ExitCode:
        """Run until somebody asks to stop; returns the code to exit with."""
        alone, grace_s = self._channel is None, self._settings.stop_timeout_s
        with (
            signals_heard(self._stop, alone=alone),
            channel_guarded(self._channel, grace_s),
        ):
            async with Link(self._channel, self._clock, self._lease) as link:
                await self._serve(link)
        _log.info("Stopped: %s", self._stop.reason)
        return self._stop.code

    async def _serve(self, link: Link) -> None:
        absence = Absence(self._clock)
        watch = PollWatch(self._clock, link.send, self._token_refused, absence)
        application = build_application(
            self._settings, self._token, watch, self._counters, self._lease
        )
        client = TelegramClient(
            application, watch, self._lease, self._clock, self._jitter
        )
        async with asyncio.TaskGroup() as group, Tasks.open() as tasks:
            services = build_services(self._frame, link, application.bot, tasks)
            gate = Door(services, self._ledger())
            router = Router(services, lambda: application.bot.username)
            add_entrance(application, self._lease, gate.judge, router.route)
            beat = group.create_task(link.run(*self._ends_of(services, watch)))
            online = group.create_task(self._go_online(client, services, watch))
            await self._stop.wait()
            online.cancel()
            await self._wind_down(client, services)
            beat.cancel()

    def _ends_of(
        self, services: Services, watch: PollWatch
    ) -> tuple[Callable[[], Vitals], Callable[[], None]]:
        """Return what the link asks for a heartbeat, and what it calls at its end."""

        def vitals() -> Vitals:
            return Vitals(
                terminals=0,
                terminals_busy=0,
                poll_age_s=watch.age_s,
                media_pending=0,
                outbox_queued=services.sender.queued,
                counters=self._counters.frame(),
            )

        return vitals, lambda: self._stop.ask(ExitCode.OK, "the supervisor is gone")

    async def _go_online(
        self, client: TelegramClient, services: Services, watch: PollWatch
    ) -> None:
        claim = TokenClaim(self._token, self._settings.api_root)
        await until_ours(claim, watch.conflict, self._clock, self._jitter)
        try:
            user = await client.start()
        except TokenRefusedError:
            self._token_refused()
            return
        services.tasks.spawn(services.fleet.run(), "fleet")
        services.tasks.spawn(services.boards.run(), "boards")
        services.tasks.spawn(services.herald.run(), "alerts")
        await services.fleet.first_contact(_CONTACT_S)
        name = user.username or ""
        services.link.send(
            wire.Ready(bot_id=user.id, username=name, full_name=user.full_name)
        )
        _log.info("READY: @%s is the control bot", name)
        for admin in services.admins:
            services.tasks.spawn(services.sender.commands(admin, menu()), "menu")

    async def _wind_down(self, client: TelegramClient, services: Services) -> None:
        """Stop polling, say what was to be said, leave; all within bounds."""
        _log.info("Stopping: %s", self._stop.reason)
        whole_s = self._settings.stop_timeout_s
        end_within(whole_s * 0.95, self._stop.code)
        budget_s = whole_s * 0.8
        await client.stop(budget_s * 0.5)
        await bounded(services.sender.drain, budget_s * 0.3, "messages")
        await client.close(budget_s * 0.2)

    def _token_refused(self) -> None:
        if not self._stop.is_asked:
            _log.error("%s", _REFUSED)
        self._stop.ask(ExitCode.CONFIG, "its token is refused")

    def _ledger(self) -> Ledger:
        StateDir(self._settings.state_dir).make()
        ledger = Ledger(self._settings.state_dir / "updates-control.txt")
        ledger.load()
        return ledger
