"""The life of a worker: one bot, from the first call to a graceful end."""

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TYPE_CHECKING

from coderbot import wire
from coderbot.botprocess.bounded import bounded
from coderbot.botprocess.counters import Counters
from coderbot.botprocess.deadline import end_within
from coderbot.botprocess.endings import channel_guarded, signals_heard
from coderbot.botprocess.health import Health, health_page
from coderbot.botprocess.lease import PollLease
from coderbot.botprocess.link import Link
from coderbot.botprocess.settings import Identity
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
from coderbot.errors import ExitCode
from coderbot.httpmessage import Page
from coderbot.httpserver import HttpServer, opened
from coderbot.logs import LIFECYCLE_LOGGER
from coderbot.paths import MediaDirs, StateDir, bot_name
from coderbot.wire import TerminalScreen
from coderbot.worker.assembly import Frame, build_services
from coderbot.worker.cleaning import clean_media_directory
from coderbot.worker.feed import Feed, feed_of, is_polled
from coderbot.worker.media.keeping import keep_media, keep_media_in_turn
from coderbot.worker.replicas.slots import slot_of
from coderbot.worker.services import Services
from coderbot.worker.sharing import book_of, ledger_of, shared_of, take_leftovers
from coderbot.worker.telegram.doorkeeper import Doorkeeper
from coderbot.worker.telegram.downloadbook import DownloadBook
from coderbot.worker.telegram.reception import Reception
from coderbot.worker.telegram.router import Router
from coderbot.worker.terminal.busy import BusyTerminals
from coderbot.worker.terminal.peek import screens_of

if TYPE_CHECKING:
    from coderbot.cluster.shared import Shared
    from coderbot.worker.terminalbook import TerminalBook

_log = logging.getLogger(LIFECYCLE_LOGGER)


class Worker:
    """Runs one bot.

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
        self._is_online = False

    async def run(self) -> ExitCode:
        """Run until somebody asks to stop; returns the code to exit with."""
        alone, grace_s = self._channel is None, self._settings.stop_timeout_s
        with (
            signals_heard(self._stop, alone=alone),
            channel_guarded(self._channel, grace_s),
        ):
            async with (
                Link(self._channel, self._clock, self._lease) as link,
                shared_of(self._settings, self._identity) as shared,
            ):
                await self._serve(link, shared)
        _log.info("Stopped: %s", self._stop.reason)
        return self._stop.code

    async def _serve(self, link: Link, shared: "Shared | None") -> None:
        absence = Absence(self._clock)
        watch = PollWatch(self._clock, link.send, self._token_refused, absence)
        StateDir(self._settings.state_dir).make()
        ledger = ledger_of(self._ledger(), shared, self._clock)
        application = build_application(
            self._settings,
            self._identity.token,
            watch,
            self._counters,
            self._lease,
            ledger.settled,
        )
        book = book_of(shared, self._identity, self._clock)
        client = TelegramClient(
            application,
            watch,
            self._lease,
            self._clock,
            self._jitter,
            polls=is_polled(self._settings, self._identity),
            name=self._identity.name,
        )
        dirs = MediaDirs.of(self._settings.media_root, self._identity.index)
        if self._settings.clean_up_media and self._identity.replica is None:
            await asyncio.to_thread(clean_media_directory, dirs.root)
        async with (
            self._probed(watch),
            asyncio.TaskGroup() as group,
            Tasks.open() as tasks,
        ):
            services = build_services(
                self._frame(link, absence, shared, book), application.bot, tasks
            )
            async with services.terminals:
                dirs.make()
                tasks.spawn(services.preferences.run(), "preferences")
                media = tasks.spawn(self._keep_media(services), "media")
                reception = Reception(services, _downloads(services))
                router = Router(services, reception)
                feed = feed_of(
                    self._settings,
                    self._identity,
                    application,
                    services,
                    shared,
                    self._lease,
                    watch,
                    self._jitter,
                )
                gate = Doorkeeper(
                    services,
                    ledger,
                    router.offer_secondhand,
                    *([] if feed is None else [feed.repeated]),
                )
                add_entrance(application, self._lease, gate.judge, router.route)
                beat = group.create_task(link.run(*self._ends_of(services, watch)))
                online = group.create_task(
                    self._go_online(client, services, watch, reception, feed, book)
                )
                await self._stop.wait()
                online.cancel()
                media.cancel()
                if feed is not None:
                    feed.stop()
                await self._wind_down(client, services)
                if book is not None:
                    await bounded(book.flush, 0.5, "list of terminals")
            beat.cancel()

    def _probed(self, watch: PollWatch) -> AbstractAsyncContextManager[object]:
        """Return a block in which an engine's probes are answered, when alone."""
        port = self._settings.health_port
        if self._channel is not None or not port:
            return nullcontext()

        def page(path: str) -> Page | None:
            is_ready = self._is_online and not self._stop.is_asked
            return health_page(path, Health(is_ready, watch.status, watch.age_s))

        # An engine asks at the address of the container, by no name known here.
        server = HttpServer(page, from_anywhere=True)
        return opened(server, "0.0.0.0", port, "probes")

    def _ledger(self) -> Ledger:
        path = self._settings.state_dir / f"updates-{self._identity.name}.txt"
        # Of a replica no other host's poll brings an update again: Redis has them,
        # and to write them down here as well would only widen the gap in which
        # one that is killed has begun with something and not done it.
        ledger = Ledger(path if self._identity.replica is None else None)
        ledger.load()
        return ledger

    def _frame(
        self,
        link: Link,
        absence: Absence,
        shared: "Shared | None",
        book: "TerminalBook | None",
    ) -> Frame:
        return Frame(
            self._settings,
            self._identity,
            self._clock,
            self._jitter,
            self._stop,
            link,
            self._counters,
            absence,
            shared,
            book,
        )

    def _ends_of(
        self, services: Services, watch: PollWatch
    ) -> tuple[
        Callable[[], Vitals],
        Callable[[], None],
        Callable[[], list[TerminalScreen]],
    ]:
        """Return what the link asks for a heartbeat, what it calls at its end, and
        what it asks for the screens of the terminals."""
        busy = BusyTerminals(self._clock)

        def vitals() -> Vitals:
            return Vitals(
                terminals=len(services.terminals),
                terminals_busy=busy.count(services.terminals.sessions()),
                poll_age_s=watch.age_s,
                media_pending=services.media.pending,
                outbox_queued=services.outbox.queued,
                counters=services.counters.frame(),
            )

        def gone() -> None:
            self._stop.ask(ExitCode.OK, "the supervisor is gone")

        return vitals, gone, lambda: screens_of(services.terminals)

    def _token_refused(self) -> None:
        error = TokenRefusedError()
        if not self._stop.is_asked:
            _log.error("%s", error)
        self._stop.ask(error.exit_code, error.message)

    async def _go_online(
        self,
        client: TelegramClient,
        services: Services,
        watch: PollWatch,
        reception: Reception,
        feed: Feed | None,
        book: "TerminalBook | None",
    ) -> None:
        await services.preferences.ready()
        lost = await book.lost() if book is not None else []
        if self._identity.replica is None:
            await until_ours(self._claim, watch.conflict, self._clock, self._jitter)
        try:
            user = await client.start()
        except TokenRefusedError:
            self._token_refused()
            return
        if book is not None:
            services.tasks.spawn(book.run(), "list of terminals")
        services.desk.lost(lost)
        if self._identity.replica is None and services.shared is not None:
            left = take_leftovers(services.shared, client.application, self._clock)
            services.tasks.spawn(left, "old updates")
        if feed is not None:
            await feed.begin()
        name = user.username or ""
        services.link.send(
            wire.Ready(bot_id=user.id, username=name, full_name=user.full_name)
        )
        self._is_online = True
        _log.info("READY: @%s is %s", name, services.name)
        menus = services.menus.publish(self._users())
        services.tasks.spawn(menus, "menus")
        services.tasks.spawn(services.outbox.tidy(), "tidy")
        reception.resume()
        services.tasks.spawn(services.recorders.send_left(), "recordings")

    def _users(self) -> Sequence[int]:
        """Return the users whose chats belong to this worker."""
        users, replica = self._settings.allowed_user_ids, self._identity.replica
        count = self._settings.replicas_of(bot_name(self._identity.index))
        return [
            user for user in users if replica is None or slot_of(user, count) == replica
        ]

    async def _keep_media(self, services: Services) -> None:
        if self._identity.replica is None:
            await keep_media(services.media, self._clock)
        root, cleans = services.dirs.root, self._settings.clean_up_media
        await keep_media_in_turn(services.media, root, self._clock, cleans=cleans)

    async def _wind_down(self, client: TelegramClient, services: Services) -> None:
        """Stop polling, end the handlers, close the terminals; all within bounds."""
        _log.info("Stopping: %s", self._stop.reason)
        whole_s = self._settings.stop_timeout_s
        end_within(whole_s * 0.95, self._stop.code)
        budget_s = whole_s * 0.8
        await client.stop(budget_s * 0.3)
        await bounded(services.lanes.drain, budget_s * 0.1, "handlers")
        services.desk.abandon()
        await bounded(services.outbox.drain, budget_s * 0.1, "messages")
        await bounded(services.terminals.close_all, budget_s * 0.3, "terminals")
        await bounded(services.browser.keeper.close, budget_s * 0.1, "browser")
        await bounded(services.preferences.flush, budget_s * 0.1, "preferences")
        await client.close(budget_s * 0.1)


def _downloads(services: Services) -> DownloadBook:
    return DownloadBook(services.settings.state_dir / f"downloads-{services.name}.json")
