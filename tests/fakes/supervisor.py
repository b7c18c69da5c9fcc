"""A supervisor without processes: it plays what a test tells, and records calls."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from coderbot.control.port import (
    FOLDERS,
    BotFacts,
    Changes,
    ClusterSnapshot,
    MediaFolder,
    MediaUsage,
    Setting,
    TerminalScreen,
    UnknownBotError,
)
from coderbot.errors import CoderBotError
from coderbot.loglevel import Level
from coderbot.supervisor.blocks import Block
from coderbot.supervisor.dossier import Dossier
from coderbot.supervisor.events import (
    BotChanged,
    BotSnapshot,
    FleetEvent,
    FleetStopped,
    FleetStopping,
    LinesAdded,
)
from coderbot.supervisor.lines import PARENT, LogLine, Stream
from coderbot.supervisor.logquery import LogHits, LogQuery
from coderbot.supervisor.logsearch import search
from coderbot.supervisor.state import BotState

START_WALL = 1_700_000_000.0
"""When its first line came: 2023-11-14 22:13:20 UTC."""


def a_bot(
    index: int, state: BotState = BotState.RUNNING, **fields: object
) -> BotSnapshot:
    """Return a snapshot of `bot-{index}` with likely values where none are given."""
    alive = state in {BotState.RUNNING, BotState.STARTING, BotState.STOPPING}
    likely: dict[str, object] = {
        "status": "polling" if state is BotState.RUNNING else "",
        "username": f"coder_{index}_bot",
        "full_name": f"Coder {index}",
        "pid": 4_200 + index if alive else None,
        "run": 1,
        "uptime_s": 3_600.0 * (index + 1) if alive else None,
        "rss_bytes": (41 + index) * 2**20 if alive else None,
    }
    snapshot = BotSnapshot(bot=f"bot-{index}", index=index, state=state)
    return replace(snapshot, **(likely | fields))  # type: ignore[arg-type]


class FakeSupervisor:
    """Plays a `SupervisorPort`.

    Actions change the state of a bot as a supervisor would, at once; `hold` makes
    them wait, `refuse` makes them fail.

    Args:
        bots: The fleet.
    """

    def __init__(self, bots: Sequence[BotSnapshot] = ()) -> None:
        self.calls: list[tuple[str, ...]] = []
        """What was asked for, in order: `("restart", "bot-0")`."""
        self.cancelled: list[tuple[str, ...]] = []
        """Calls that were given up before they were done."""
        self.refuse: dict[str, CoderBotError] = {}
        """Errors that actions raise, by the name of the action."""
        self.hold: dict[str, asyncio.Event] = {}
        """What actions wait for, by the name of the action."""
        self.usage: dict[str, MediaUsage] = {}
        """How much lies in the media directories, by bot."""
        self.folders: dict[str, list[MediaFolder]] = {}
        """What lies in each of the media directories, by bot."""
        self.cleaned: list[tuple[str, tuple[str, ...]]] = []
        """What was cleaned: the bot, and which of its folders."""
        self.screens: dict[str, list[TerminalScreen]] = {}
        """What the terminals show, by bot."""
        self.changes = Changes()
        """What reading the settings anew changes."""
        self.crashes: dict[str, list[Dossier]] = {}
        """Dossiers by bot, the newest first."""
        self.hosts: ClusterSnapshot | None = None
        """The hosts that share the bots."""
        self.listeners = 0
        """How many subscriptions are open."""
        self.heard = asyncio.Event()
        """Set when somebody has subscribed."""
        self.closed = asyncio.Event()
        """Set when the fleet has stopped."""
        self._bots = {bot.bot: bot for bot in bots}
        self._lines: list[LogLine] = []
        self._queues: list[asyncio.Queue[FleetEvent | Exception]] = []

    # What a test does

    def change(self, bot: str, **fields: object) -> None:
        """Change fields of a bot, and tell."""
        changed = replace(self._bots[bot], **fields)  # type: ignore[arg-type]
        self.put(changed)

    def put(self, snapshot: BotSnapshot) -> None:
        """Set a bot, be it new or known, and tell."""
        self._bots[snapshot.bot] = snapshot
        self.tell(BotChanged(snapshot))

    def quietly(self, bot: str, **fields: object) -> None:
        """Change fields of a bot as time does, without telling."""
        self._bots[bot] = replace(self._bots[bot], **fields)  # type: ignore[arg-type]

    def say(
        self,
        text: str,
        bot: str = PARENT,
        *,
        level: Level = Level.INFO,
        stream: Stream = "out",
    ) -> None:
        """Add a line, and tell."""
        self.say_all([text], bot, level=level, stream=stream)

    def say_all(
        self,
        texts: Sequence[str],
        bot: str = PARENT,
        *,
        level: Level = Level.INFO,
        stream: Stream = "out",
    ) -> None:
        """Add many lines at once, and tell once."""
        for text in texts:
            seq = len(self._lines) + 1
            run = 0 if bot == PARENT else 1
            line = LogLine(
                seq, START_WALL + seq, float(seq), bot, run, stream, level, text
            )
            self._lines.append(line)
        self.tell(LinesAdded(len(self._lines)))

    def tell(self, event: FleetEvent | Exception) -> None:
        """Tell all listeners; an exception is raised at each."""
        for queue in self._queues:
            queue.put_nowait(event)

    def begin_stop(self, deadline_s: float = 10.0) -> None:
        """Begin to stop the fleet, as a signal would."""
        for bot in self._bots.values():
            if bot.state in {BotState.RUNNING, BotState.STARTING}:
                self.change(bot.bot, state=BotState.STOPPING, status="stopping")
        self.tell(FleetStopping(deadline_s))

    def end_stop(self) -> None:
        """Let the fleet be gone."""
        for bot in self._bots.values():
            if bot.state is BotState.STOPPING:
                self._gone(bot.bot, "exit 0")
        self.tell(FleetStopped())
        self.closed.set()

    # The port

    def cluster(self) -> ClusterSnapshot | None:
        return self.hosts

    def bots(self) -> Sequence[BotSnapshot]:
        """Return all bots by index."""
        return sorted(self._bots.values(), key=lambda bot: bot.index)

    def lines(
        self, bot: str | None = None, after: int = 0, limit: int = 10_000
    ) -> Sequence[LogLine]:
        """Return the newest lines with a number above `after`."""
        lines = self._lines[after:]
        if bot is not None:
            lines = [line for line in lines if line.bot == bot]
        return lines[-limit:]

    async def search(self, query: LogQuery) -> LogHits:
        """Look through all lines."""
        await self._called("search")
        bots = query.bots or sorted({line.bot for line in self._lines})
        return search(query, {bot: [self._stored(bot)] for bot in bots})

    async def history(
        self, bot: str | None, before: int, limit: int = 1_000
    ) -> Sequence[LogLine]:
        """Return the newest lines with a number below `before`."""
        lines = self.lines(bot, limit=len(self._lines))
        return [line for line in lines if line.seq < before][-limit:]

    def _stored(self, bot: str) -> bytes:
        blocks = [
            Block(x.seq, x.wall, x.mono, bot, x.run, x.stream, (x.level,), (x.text,))
            for x in self._lines
            if x.bot == bot
        ]
        return "".join(block.stored() for block in blocks).encode(errors="replace")

    async def dossiers(self, bot: str) -> Sequence[Dossier]:
        """Return what a test has put into `crashes`."""
        return self.crashes.get(bot, [])

    @asynccontextmanager
    async def subscribe(
        self, *, lines: bool = True
    ) -> AsyncIterator[AsyncIterator[FleetEvent]]:
        """Hear every event from now on."""
        queue: asyncio.Queue[FleetEvent | Exception] = asyncio.Queue()
        self._queues.append(queue)
        self.listeners += 1
        self.heard.set()
        try:
            yield self._heard(queue)
        finally:
            self._queues.remove(queue)
            self.listeners -= 1

    async def _heard(
        self, queue: asyncio.Queue[FleetEvent | Exception]
    ) -> AsyncIterator[FleetEvent]:
        while True:
            event = await queue.get()
            if isinstance(event, Exception):
                raise event
            yield event
            if isinstance(event, FleetStopped):
                return

    async def start(self, bot: str) -> None:
        """Start a bot."""
        await self._called("start", bot)
        self.change(bot, state=BotState.STARTING, pid=9_000)

    async def stop(self, bot: str) -> None:
        """Stop a bot."""
        await self._called("stop", bot)
        self._gone(bot, "exit 0")

    async def kill(self, bot: str) -> None:
        """Kill a bot."""
        await self._called("kill", bot)
        self._gone(bot, "SIGKILL")

    async def restart(self, bot: str) -> None:
        """Restart a bot."""
        await self._called("restart", bot)
        restarts = self._bots[bot].restarts + 1
        self.change(bot, state=BotState.STARTING, restarts=restarts, uptime_s=0.0)

    async def media_usage(self, bot: str) -> MediaUsage:
        """Return what `clean_media` would delete."""
        await self._called("media_usage", bot)
        return self.usage.get(bot, MediaUsage(0, 0))

    async def media(self, bot: str) -> Sequence[MediaFolder]:
        """Return what a test has put into `folders`; nothing when it did not."""
        await self._called("media", bot)
        return self.folders.get(bot, [])

    async def clean_media(
        self, bot: str, folders: Collection[str] = FOLDERS
    ) -> MediaUsage:
        """Forget some of the media of a bot."""
        await self._called("clean_media", bot)
        self.cleaned.append((bot, tuple(folders)))
        gone = [each for each in self.folders.get(bot, []) if each.name in folders]
        files, taken = sum(g.files for g in gone), sum(g.size_bytes for g in gone)
        return MediaUsage(files, taken)

    async def terminals(self, bot: str) -> Sequence[TerminalScreen]:
        """Return what a test has put into `screens`."""
        await self._called("terminals", bot)
        return self.screens.get(bot, [])

    async def facts(self, bot: str) -> BotFacts:
        """Return some settings."""
        await self._called("facts", bot)
        settings = (
            Setting("BOT_TOKEN", "Secret(0a1b2c3d)", False),
            Setting("ALLOWED_USER_IDS", "1001", False),
            Setting("XTERM_TIMEOUT", "1800", True),
        )
        return BotFacts(f"print-{bot}", "python -u -m coderbot.worker", settings)

    async def reload(self, *, dry_run: bool) -> Changes:
        """Return what a test has put into `changes`."""
        await self._called("plan" if dry_run else "reload")
        return self.changes

    async def shut_down(self) -> None:
        """Stop the fleet; a test says when it is gone, by `end_stop`."""
        await self._called("shut_down")
        self.begin_stop()
        await self.closed.wait()

    def kill_now(self) -> None:
        """End the stop of the fleet at once."""
        self.calls.append(("kill_now",))
        for bot in self._bots.values():
            if bot.state is BotState.STOPPING:
                self._gone(bot.bot, "SIGKILL")

    async def _called(self, name: str, *bots: str) -> None:
        call = (name, *bots)
        self.calls.append(call)
        for bot in bots:
            if bot not in self._bots:
                raise UnknownBotError(f"There is no {bot}")
        if name in self.refuse:
            raise self.refuse[name]
        if name in self.hold:
            try:
                await self.hold[name].wait()
            except asyncio.CancelledError:
                self.cancelled.append(call)
                raise

    def _gone(self, bot: str, how: str) -> None:
        self.change(
            bot,
            state=BotState.STOPPED,
            status="",
            pid=None,
            uptime_s=None,
            rss_bytes=None,
            last_exit=how,
        )
