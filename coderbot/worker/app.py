"""The life of a worker: one bot, from the first call to a graceful end."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from coderbot.botprocess.bounded import bounded
from coderbot.botprocess.life import Life
from coderbot.botprocess.settings import Identity
from coderbot.botprocess.tasks import Tasks
from coderbot.botprocess.telegram.client import TelegramClient
from coderbot.botprocess.telegram.entrance import add_entrance
from coderbot.botprocess.telegram.ledger import Ledger
from coderbot.botprocess.telegram.online import TokenRefusedError
from coderbot.botprocess.vitals import Vitals
from coderbot.errors import ExitCode
from coderbot.paths import MediaDirs, bot_name
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


class Worker:
    """Runs one bot.

    Args:
        life: Of this process.
        identity: Token and number of the bot.
    """

    def __init__(self, life: Life, identity: Identity) -> None:
        self._life = life
        self._identity = identity

    async def run(self) -> ExitCode:
        """Run until somebody asks to stop; returns the code to exit with."""
        return await self._life.run(self._share)

    async def _share(self) -> None:
        async with shared_of(self._life.settings, self._identity) as shared:
            await self._serve(shared)

    async def _serve(self, shared: "Shared | None") -> None:
        life, identity = self._life, self._identity
        ledger = ledger_of(self._ledger(), shared, life.clock)
        application = life.application(ledger.settled)
        book = book_of(shared, identity, life.clock)
        polls = is_polled(life.settings, identity)
        client = TelegramClient(application, life, polls, identity.name)
        dirs = MediaDirs.of(life.settings.media_root, identity.index)
        if life.settings.clean_up_media and identity.replica is None:
            await asyncio.to_thread(clean_media_directory, dirs.root)
        async with asyncio.TaskGroup() as group, Tasks.open() as tasks:
            frame = Frame(life, identity, shared, book)
            services = build_services(frame, application.bot, tasks)
            async with services.terminals:
                dirs.make()
                tasks.spawn(services.preferences.run(), "preferences")
                media = tasks.spawn(self._keep_media(services), "media")
                reception = Reception(services, _downloads(services))
                router = Router(services, reception)
                feed = feed_of(life, identity, application, services, shared)
                gate = Doorkeeper(
                    services,
                    ledger,
                    router.offer_secondhand,
                    *([] if feed is None else [feed.repeated]),
                )
                add_entrance(application, life.lease, gate.judge, router.route)
                beat = group.create_task(life.beat(*self._ends_of(services)))
                online = group.create_task(
                    self._go_online(client, services, reception, feed, book)
                )
                await life.stop.wait()
                online.cancel()
                media.cancel()
                if feed is not None:
                    feed.stop()
                await self._wind_down(client, services)
                if book is not None:
                    await bounded(book.flush, 0.5, "list of terminals")
            beat.cancel()

    def _ledger(self) -> Ledger:
        path = self._life.settings.state_dir / f"updates-{self._identity.name}.txt"
        # Of a replica no other host's poll brings an update again: Redis has them,
        # and to write them down here as well would only widen the gap in which
        # one that is killed has begun with something and not done it.
        ledger = Ledger(path if self._identity.replica is None else None)
        ledger.load()
        return ledger

    def _ends_of(
        self, services: Services
    ) -> tuple[Callable[[], Vitals], Callable[[], list[TerminalScreen]]]:
        """Return what is asked for a heartbeat, and for what the terminals show."""
        busy = BusyTerminals(services.clock)

        def vitals() -> Vitals:
            return self._life.vitals(
                terminals=len(services.terminals),
                terminals_busy=busy.count(services.terminals.sessions()),
                media_pending=services.media.pending,
                outbox_queued=services.outbox.queued,
            )

        return vitals, lambda: screens_of(services.terminals)

    async def _go_online(
        self,
        client: TelegramClient,
        services: Services,
        reception: Reception,
        feed: Feed | None,
        book: "TerminalBook | None",
    ) -> None:
        await services.preferences.ready()
        lost = await book.lost() if book is not None else []
        if self._identity.replica is None:
            await self._life.until_ours()
        try:
            user = await client.start()
        except TokenRefusedError:
            self._life.refused()
            return
        if book is not None:
            services.tasks.spawn(book.run(), "list of terminals")
        services.desk.lost(lost)
        if self._identity.replica is None and services.shared is not None:
            left = take_leftovers(services.shared, client.application, services.clock)
            services.tasks.spawn(left, "old updates")
        if feed is not None:
            await feed.begin()
        self._life.ready(user, services.name)
        menus = services.menus.publish(self._users())
        services.tasks.spawn(menus, "menus")
        services.tasks.spawn(services.outbox.tidy(), "tidy")
        reception.resume()
        services.tasks.spawn(services.recorders.send_left(), "recordings")

    def _users(self) -> Sequence[int]:
        """Return the users whose chats belong to this worker."""
        users, replica = self._life.settings.allowed_user_ids, self._identity.replica
        count = self._life.settings.replicas_of(bot_name(self._identity.index))
        return [
            user for user in users if replica is None or slot_of(user, count) == replica
        ]

    async def _keep_media(self, services: Services) -> None:
        if self._identity.replica is None:
            await keep_media(services.media, self._life.clock)
        root, cleans = services.dirs.root, self._life.settings.clean_up_media
        await keep_media_in_turn(services.media, root, self._life.clock, cleans=cleans)

    async def _wind_down(self, client: TelegramClient, services: Services) -> None:
        """Stop polling, end the handlers, close the terminals; all within bounds."""
        budget_s = self._life.wind_down()
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
