"""The supervisor as its front ends see it."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from coderbot.supervisor.clusterview import ClusterSnapshot, PlannedMove
from coderbot.supervisor.dossier import Dossier
from coderbot.supervisor.events import BotSnapshot, FleetEvent
from coderbot.supervisor.facts import BotFacts
from coderbot.supervisor.lines import LogLine
from coderbot.supervisor.logquery import LogHits, LogQuery
from coderbot.supervisor.media import FOLDERS, MediaFolder, MediaUsage
from coderbot.supervisor.plan import Changes
from coderbot.wire import TerminalScreen


class SupervisorPort(Protocol):
    """What a dashboard, a headless printer or a socket may ask.

    Every action returns when it has been carried out, not when it is asked for;
    all raise `UnknownBotError` for a bot that does not exist, and those that start
    one raise `FleetStoppingError` once the fleet is being stopped. `bot` is its
    id, `bot-0`.
    """

    def bots(self) -> Sequence[BotSnapshot]:
        """Return all bots by index, as they stand now."""

    def cluster(self) -> ClusterSnapshot | None:
        """Return the hosts that share the bots; None for a host alone."""

    def lines(
        self, bot: str | None = None, after: int = 0, limit: int = 10_000
    ) -> Sequence[LogLine]:
        """Return the newest `limit` kept lines with a number above `after`, in order.

        Args:
            bot: Only lines of this bot (`lines.PARENT` for the supervisor's own);
                None for all, in time order.
            after: Number of the last line already known.
            limit: How many at most.
        """

    async def search(self, query: LogQuery) -> LogHits:
        """Look for lines in the whole history: in memory and in the log files.

        Lines bear the numbers they have in `lines`, which go on over the runs of
        the supervisor; so they can be put in order with those, and `history` and
        `lines` give their neighbours. It is done in another process: a million
        lines take less than a second, and the loop does not notice. Cancelling it
        ends that process.

        Raises:
            SearchFailedError: When an expression is none, or never comes to an end.
        """

    async def history(
        self, bot: str | None, before: int, limit: int = 1_000
    ) -> Sequence[LogLine]:
        """Return the newest `limit` lines numbered below `before`, in order.

        Those in memory, and older ones from the log files of all runs of the
        supervisor. Fewer than `limit`: there are no older ones.

        Args:
            bot: Only lines of this bot (or `lines.PARENT`); None for all.
            before: Number of the oldest line already known.
            limit: How many at most.
        """

    async def dossiers(self, bot: str) -> Sequence[Dossier]:
        """Return what is kept of the crashes of a bot, the newest first.

        Those of earlier runs of the supervisor as well.
        """

    def subscribe(
        self, *, lines: bool = True
    ) -> AbstractAsyncContextManager[AsyncIterator[FleetEvent]]:
        """Return a context in which one hears every event from entry on.

        Args:
            lines: Also of what is logged on other hosts; it is fetched only then.

        A slow listener never holds the supervisor up: of several unread
        `BotChanged` of one bot, and of `LinesAdded`, only the newest is kept.
        The iterator ends after `FleetStopped`.
        """

    async def start(self, bot: str) -> None:
        """Start a bot that does not run; returns when its process exists."""

    async def stop(self, bot: str) -> None:
        """Stop a bot gracefully (SIGTERM, grace, SIGKILL); returns when it is gone."""

    async def kill(self, bot: str) -> None:
        """SIGKILL a bot and all that it started; it is not restarted."""

    async def restart(self, bot: str) -> None:
        """Stop and start a bot at once, clearing its count of crashes in a row."""

    async def media_usage(self, bot: str) -> MediaUsage:
        """Return how much `clean_media` would delete."""

    async def media(self, bot: str) -> Sequence[MediaFolder]:
        """Return what lies in a bot's directories: waiting, sent, received, failed."""

    async def clean_media(
        self, bot: str, folders: Collection[str] = FOLDERS
    ) -> MediaUsage:
        """Delete the contents of some of a bot's sent/, received/ and failed/.

        Files that still wait to be sent stay. Returns what was deleted.
        """

    async def terminals(self, bot: str) -> Sequence[TerminalScreen]:
        """Return what the open terminals of a bot show, without secrets.

        Raises:
            CoderBotError: When its worker does not answer.
        """

    async def facts(self, bot: str) -> BotFacts:
        """Return what the worker of a bot is started with, without secrets."""

    async def reload(self, *, dry_run: bool) -> Changes:
        """Read the settings anew; returns what that changes.

        Args:
            dry_run: Only look.

        Raises:
            CoderBotError: When the settings are unusable, or there are none.
        """

    async def shut_down(self) -> None:
        """Stop the whole fleet; returns when every worker is gone."""

    def kill_now(self) -> None:
        """While the fleet is being stopped: SIGKILL what is left, without grace."""


class ServedFleet(SupervisorPort, Protocol):
    """What a control socket needs besides: the whole fleet, or one host of it."""

    async def recent(self, bot: str | None, after: int, limit: int) -> list[LogLine]:
        """Return what `lines` returns, from the host of the bot if it is another."""

    def control_bot(self) -> BotSnapshot | None:
        """Return how the control bot stands now, if there is one."""

    def fingerprints(self) -> Mapping[str, str]:
        """Return the fingerprint of each bot's token, by id."""


class ClusterSteering(Protocol):
    """What may be asked of several hosts that share the bots."""

    async def drain(self, host: str, *, on: bool) -> None:
        """Let a host give all its bots away and take none, or take some again.

        Raises:
            CoderBotError: When there is no such host, or it does not answer.
        """

    async def move(self, bot: str, host: str) -> None:
        """Let the owner of a bot give it to a host, where it stays.

        Raises:
            CoderBotError: When one of them is not there, or does not answer.
        """

    async def rebalance(self, *, dry_run: bool) -> Sequence[PlannedMove]:
        """Bring the bots where they belong, busy ones as well; returns the moves.

        Args:
            dry_run: Only look.
        """
