"""The whole fleet on all hosts, as the front ends of one of them see it."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import replace

from coderbot.clock import Clock
from coderbot.cluster.session import Session
from coderbot.errors import CoderBotError
from coderbot.host.echo import Echo
from coderbot.host.neighbours import Neighbours
from coderbot.host.overview import changed, merged
from coderbot.host.remote import HostCalls
from coderbot.host.search import search_hosts
from coderbot.supervisor.bus import Bus
from coderbot.supervisor.clusterview import ClusterSnapshot
from coderbot.supervisor.dossier import Dossier
from coderbot.supervisor.events import (
    BotChanged,
    BotSnapshot,
    ClusterChanged,
    FleetEvent,
    FleetStopped,
)
from coderbot.supervisor.facts import BotFacts
from coderbot.supervisor.lines import LogLine
from coderbot.supervisor.logquery import LogHits, LogQuery
from coderbot.supervisor.media import FOLDERS, MediaFolder, MediaUsage
from coderbot.supervisor.plan import Changes
from coderbot.supervisor.supervisor import Supervisor
from coderbot.taskgroup import task_group
from coderbot.wire import TerminalScreen

_LOOK_EVERY_S = 0.5
"""How often it is looked whether other hosts have told something, in seconds."""


class FleetPort:
    """Implements `SupervisorPort` over the supervisor of this host and the others.

    What is asked of a bot goes to the host that runs it; that host's errors come
    back, or that it does not answer.

    Args:
        supervisor: Of this host.
        neighbours: The other hosts.
        clock: For pauses.
    """

    def __init__(
        self, supervisor: Supervisor, neighbours: Neighbours, clock: Clock
    ) -> None:
        self._local = supervisor
        self._neighbours = neighbours
        self._clock = clock
        self._bus = Bus()
        self._echo = Echo(neighbours.running, neighbours.calls, supervisor.echo, clock)
        self._shown: dict[str, BotSnapshot] = {}
        self._told: ClusterSnapshot | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Tell of all hosts for the length of the block."""
        async with task_group() as tasks, self._local.subscribe() as events:
            running = [
                tasks.create_task(self._pass_on(events), name="own events"),
                tasks.create_task(self._watch(), name="other hosts"),
                tasks.create_task(self._echo.run(), name="lines of others"),
            ]
            try:
                yield
            finally:
                for each in running:
                    each.cancel()
                self._bus.publish(FleetStopped())

    # How all stands

    def bots(self) -> Sequence[BotSnapshot]:
        """Return all bots by index, each as the host tells that runs it."""
        near = self._neighbours
        return merged(near.here, self._local.bots(), near.is_here, near.heard())

    def cluster(self) -> ClusterSnapshot | None:
        """Return the hosts that share the bots."""
        return self._neighbours.snapshot()

    def control_bot(self) -> BotSnapshot | None:
        """Return how the control bot stands on this host, if there is one."""
        return self._local.control_bot()

    def fingerprints(self) -> Mapping[str, str]:
        """Return the fingerprint of each bot's token, by id."""
        return self._local.fingerprints()

    def line_counts(self) -> Mapping[str, tuple[int, int]]:
        """Return the lines of this host by bot, and how many are no longer kept."""
        return self._local.line_counts()

    @asynccontextmanager
    async def subscribe(
        self, *, lines: bool = True
    ) -> AsyncIterator[AsyncIterator[FleetEvent]]:
        """Return a context in which one hears every event from entry on."""
        if not self._bus.is_heard:
            # Nothing was told meanwhile; who comes looks for themselves.
            self._shown = {bot.bot: bot for bot in self.bots()}
            self._told = _lasting(self._neighbours.snapshot())
        watched = self._echo.watched() if lines else nullcontext()
        async with watched, self._bus.subscribe() as events:
            yield events

    # Lines

    def lines(
        self, bot: str | None = None, after: int = 0, limit: int = 10_000
    ) -> Sequence[LogLine]:
        """Return the newest `limit` lines that are here with a number above `after`.

        Those of other hosts are there while somebody has subscribed to lines.
        """
        return self._local.all_lines(bot, after, limit)

    async def recent(self, bot: str | None, after: int, limit: int) -> list[LogLine]:
        """Return what `lines` returns, from the host of the bot if it is another."""
        owner = None if bot is None else self._elsewhere(bot)
        if owner is None:
            return list(self.lines(bot, after, limit))
        return await self._neighbours.calls(owner).recent(bot, 0, limit)

    async def search(self, query: LogQuery) -> LogHits:
        """Look for lines in all that the hosts keep whose bots are meant."""
        # Who follows as well puts what is found among what comes, by its number.
        await self._echo.looked()
        there = {
            session: (
                self._neighbours.calls(session).search,
                self._echo.numbering(session.host),
                bots,
            )
            for session, bots in self._neighbours.running().items()
        }
        return await search_hosts(query, self._local.search, there)

    async def history(
        self, bot: str | None, before: int, limit: int = 1_000
    ) -> Sequence[LogLine]:
        """Return the newest `limit` lines with a number below `before`."""
        bots = () if bot is None else (bot,)
        query = LogQuery(bots=bots, before=before, limit=limit, count_all=False)
        return (await self.search(query)).lines

    # One bot

    async def dossiers(self, bot: str) -> Sequence[Dossier]:
        """Return what its host keeps of the crashes of a bot, the newest first."""
        return await self._of(bot).dossiers(bot)

    async def media_usage(self, bot: str) -> MediaUsage:
        """Return how much `clean_media` would delete."""
        return await self._of(bot).media_usage(bot)

    async def media(self, bot: str) -> Sequence[MediaFolder]:
        """Return what lies in a bot's media directories, on its host."""
        return await self._of(bot).media(bot)

    async def clean_media(
        self, bot: str, folders: Collection[str] = FOLDERS
    ) -> MediaUsage:
        """Delete the contents of some of a bot's sent/, received/ and failed/."""
        return await self._of(bot).clean_media(bot, folders)

    async def terminals(self, bot: str) -> Sequence[TerminalScreen]:
        """Return what the open terminals of a bot show, without secrets."""
        return await self._of(bot).terminals(bot)

    async def facts(self, bot: str) -> BotFacts:
        """Return what the worker of a bot is started with, without secrets."""
        return await self._of(bot).facts(bot)

    async def start(self, bot: str) -> None:
        """Start a bot that does not run; returns when its process exists."""
        await self._of(bot).start(bot)
        await self._look_at(bot)

    async def stop(self, bot: str) -> None:
        """Stop a bot gracefully; returns when it is gone."""
        await self._of(bot).stop(bot)
        await self._look_at(bot)

    async def kill(self, bot: str) -> None:
        """SIGKILL a bot and all that it started; it is not restarted."""
        await self._of(bot).kill(bot)
        await self._look_at(bot)

    async def restart(self, bot: str) -> None:
        """Stop and start a bot at once, clearing its count of crashes in a row."""
        await self._of(bot).restart(bot)
        await self._look_at(bot)

    # This host

    async def reload(self, *, dry_run: bool) -> Changes:
        """Read the settings of this host anew; returns what that changes."""
        return await self._local.reload(dry_run=dry_run)

    async def shut_down(self) -> None:
        """Stop the fleet of this host; the others take its bots."""
        await self._local.shut_down()

    def kill_now(self) -> None:
        """While that is being done: SIGKILL what is left, without grace."""
        self._local.kill_now()

    def _elsewhere(self, bot: str) -> Session | None:
        """Return the other host that runs a bot; None for one of this host."""
        found = next((each for each in self._local.bots() if each.bot == bot), None)
        if found is None or self._neighbours.is_here(found):
            return None
        return self._neighbours.owner(found)

    def _of(self, bot: str) -> HostCalls | Supervisor:
        """Return who is asked of a bot: its host, or this one when none runs it."""
        session = self._elsewhere(bot)
        return self._local if session is None else self._neighbours.calls(session)

    async def _look_at(self, bot: str) -> None:
        """Show what has become of a bot at once, not with the next beat of its host."""
        session = self._elsewhere(bot)
        if session is None:
            return
        with suppress(CoderBotError):
            status = await self._neighbours.calls(session).status()
            self._neighbours.take_news(session, status.bots)
            self._publish_changes()

    # What the others tell

    async def _pass_on(self, events: AsyncIterator[FleetEvent]) -> None:
        """Tell what happens on this host, but for bots that are elsewhere."""
        async for event in events:
            if isinstance(event, BotChanged):
                self._pass_change_on(event.snapshot)
            else:
                self._bus.publish(event)

    def _pass_change_on(self, bot: BotSnapshot) -> None:
        if self._neighbours.is_here(bot):
            mine = replace(bot, host=self._neighbours.here)
            self._shown[bot.bot] = mine
            self._bus.publish(BotChanged(mine))
        else:
            self._publish_changes()

    async def _watch(self) -> None:
        """Tell what the other hosts have told, until cancelled."""
        while True:
            await self._clock.sleep(_LOOK_EVERY_S)
            self._publish_changes()

    def _publish_changes(self) -> None:
        if not self._bus.is_heard:
            return
        bots = self.bots()
        for bot in changed(self._shown, bots):
            self._bus.publish(BotChanged(bot))
        self._shown = {bot.bot: bot for bot in bots}
        told = self._neighbours.snapshot()
        if _lasting(told) != self._told:
            self._told = _lasting(told)
            self._bus.publish(ClusterChanged(told))


def _lasting(cluster: ClusterSnapshot) -> ClusterSnapshot:
    """Return what does not change by time alone."""
    hosts = tuple(
        replace(host, silent_s=0.0 if host.is_alive else 1.0) for host in cluster.hosts
    )
    return replace(cluster, hosts=hosts, round_trip_ms=None)
