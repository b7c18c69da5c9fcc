"""What a supervisor keeps of its bots: their specs, lines, crashes, media."""

import asyncio
import logging
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from coderbot.clock import Clock
from coderbot.paths import MediaDirs
from coderbot.redact import Redactor
from coderbot.supervisor.blocks import Block
from coderbot.supervisor.clusterview import ClusterSnapshot
from coderbot.supervisor.coroner import Coroner
from coderbot.supervisor.dossier import Dossier
from coderbot.supervisor.dossiers import Dossiers
from coderbot.supervisor.errors import UnknownBotError
from coderbot.supervisor.facts import BotFacts, Everywhere, facts_of
from coderbot.supervisor.lines import CONTROL, LogLine
from coderbot.supervisor.logbook import Logbook
from coderbot.supervisor.logfiles import LogFiles
from coderbot.supervisor.loghandler import logging_to
from coderbot.supervisor.logquery import LogHits, LogQuery
from coderbot.supervisor.media import (
    FOLDERS,
    MediaFolder,
    MediaUsage,
    clean_media,
    look_at_media,
    measure_media,
)
from coderbot.supervisor.searcher import Searcher
from coderbot.supervisor.spec import WorkerSpec

_log = logging.getLogger(__name__)


class Records:
    """The part of `Supervisor` that starts and stops nothing.

    Args:
        specs: How the bots are started, by id; changed as bots come and go.
        redactor: Takes secrets out of all lines.
        clock: For the times of lines and crashes.
        media_root: MEDIA_TMP_LOCATION.
        log_files: Where lines are stored; None: in memory alone.
        dossiers: Where those of crashes are kept; None: nowhere.
        on_added: Called with the number of the last line after lines were added.
    """

    def __init__(
        self,
        specs: dict[str, WorkerSpec],
        redactor: Redactor,
        clock: Clock,
        media_root: Path,
        log_files: LogFiles | None,
        dossiers: Dossiers | None,
        on_added: Callable[[int], None],
    ) -> None:
        self._specs = specs
        self._media_root = media_root
        self._log_files = log_files
        self._logbook = Logbook(
            specs,
            redactor,
            clock,
            on_added,
            store=log_files.put if log_files is not None else None,
            is_busy=log_files.is_busy if log_files is not None else bool,
        )
        self._searcher = Searcher(self._logbook, log_files)
        self._coroner = (
            Coroner(dossiers, self._logbook, clock) if dossiers is not None else None
        )
        self._counted_by: Callable[[str], Awaitable[Everywhere | None]] = _alone

    def specs(self) -> Mapping[str, WorkerSpec]:
        """Return how the worker of each bot is started, by id."""
        return {bot: spec for bot, spec in self._specs.items() if bot != CONTROL}

    def control_spec(self) -> WorkerSpec | None:
        """Return how the control bot is started, if there is one."""
        return self._specs.get(CONTROL)

    def fingerprints(self) -> dict[str, str]:
        """Return the fingerprint of each bot's token, by id."""
        return {bot: spec.token.fingerprint for bot, spec in self.specs().items()}

    def cluster(self) -> ClusterSnapshot | None:
        """Return None: what other hosts do is not known here."""
        return None

    def lines(
        self, bot: str | None = None, after: int = 0, limit: int = 10_000
    ) -> Sequence[LogLine]:
        """Return the newest `limit` kept lines with a number above `after`."""
        self._known(bot)
        return self._logbook.lines(bot, after, limit)

    async def recent(self, bot: str | None, after: int, limit: int) -> list[LogLine]:
        """Return what `lines` returns."""
        return list(self.lines(bot, after, limit))

    def echo(self, lines: Sequence[LogLine]) -> int:
        """Take lines that were logged on another host; returns the first number."""
        return self._logbook.echo(lines)

    def all_lines(self, bot: str | None, after: int, limit: int) -> Sequence[LogLine]:
        """Return what `lines` returns, those of other hosts among them."""
        self._known(bot)
        return self._logbook.lines(bot, after, limit, echoes=True)

    def echoed(self, after: int, before: int) -> int:
        """Return how many numbers between these two are of other hosts' lines."""
        return self._logbook.echoed(after, before)

    def blocks(self, after: int = 0) -> Sequence[Block]:
        """Return all kept lines with a number above `after`, as they came."""
        return self._logbook.blocks(after)

    async def search(self, query: LogQuery) -> LogHits:
        """Look for lines in all that is kept, in memory and in files."""
        for bot in query.bots:
            self._known(bot)
        return await self._searcher.search(query)

    async def history(
        self, bot: str | None, before: int, limit: int = 1_000
    ) -> Sequence[LogLine]:
        """Return the newest `limit` kept lines with a number below `before`."""
        bots = () if bot is None else (bot,)
        query = LogQuery(bots=bots, before=before, limit=limit, count_all=False)
        return (await self.search(query)).lines

    async def facts(self, bot: str) -> BotFacts:
        """Return what the worker of a bot is started with, without secrets."""
        return replace(
            facts_of(self._spec(bot)),
            media="" if bot == CONTROL else str(self._media_of(bot).root),
            everywhere=await self._counted_by(bot),
        )

    def counted_by(self, ask: Callable[[str], Awaitable[Everywhere | None]]) -> None:
        """Ask so for what all hosts have counted of a bot."""
        self._counted_by = ask

    async def dossiers(self, bot: str) -> Sequence[Dossier]:
        """Return what is kept of the crashes of a bot, the newest first."""
        self._spec(bot)
        return [] if self._coroner is None else await self._coroner.dossiers(bot)

    def line_counts(self) -> Mapping[str, tuple[int, int]]:
        """Return by bot, and PARENT: lines added, and those no longer kept."""
        return self._logbook.counts()

    async def media_usage(self, bot: str) -> MediaUsage:
        """Return how much `clean_media` would delete."""
        return await asyncio.to_thread(measure_media, self._media_of(bot))

    async def media(self, bot: str) -> Sequence[MediaFolder]:
        """Return what lies in a bot's media directories."""
        return await asyncio.to_thread(look_at_media, self._media_of(bot))

    async def clean_media(
        self, bot: str, folders: Collection[str] = FOLDERS
    ) -> MediaUsage:
        """Delete the contents of some of a bot's sent/, received/ and failed/."""
        deleted = await asyncio.to_thread(clean_media, self._media_of(bot), folders)
        _log.info("%s: deleted %d media files", bot, deleted.files)
        return deleted

    @asynccontextmanager
    async def _keeping(self) -> AsyncIterator[None]:
        """Keep what happens in the block, after what the runs before have left."""
        files = self._log_files
        if files is not None:
            # One numbering over all runs of the supervisor: history has an order.
            self._logbook.last_seq = await asyncio.to_thread(files.last_seq)
        if self._coroner is not None:
            await self._coroner.load()
        storing = files.storing() if files is not None else nullcontext()
        with storing, logging_to(self._logbook):
            yield

    def _known(self, bot: str | None) -> None:
        """Refuse a bot of which there are no lines; None stands for all."""
        if bot is not None and not self._logbook.knows(bot):
            self._spec(bot)

    def _spec(self, bot: str) -> WorkerSpec:
        if bot not in self._specs:
            known = ", ".join(self._specs) or "none"
            raise UnknownBotError(f"There is no bot {bot!r}", f"Bots: {known}.")
        return self._specs[bot]

    def _media_of(self, bot: str) -> MediaDirs:
        if bot == CONTROL:
            raise UnknownBotError("The control bot has no media")
        return MediaDirs.of(self._media_root, self._spec(bot).index)


async def _alone(_bot: str) -> None:
    """Return nothing: there are no other hosts."""
