"""What is asked of a supervisor elsewhere, whatever way it goes there."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from itertools import count

from coderbot.control.failures import expect
from coderbot.supervisor import controlwire as wire
from coderbot.supervisor.clusterview import PlannedMove
from coderbot.supervisor.dossier import Dossier
from coderbot.supervisor.facts import BotFacts
from coderbot.supervisor.lines import LogLine
from coderbot.supervisor.logquery import LogHits, LogQuery
from coderbot.supervisor.media import FOLDERS, MediaFolder, MediaUsage
from coderbot.supervisor.plan import Changes
from coderbot.wire import TerminalScreen


class Calls(ABC):
    """Those requests of `SupervisorPort` that one frame asks and one answers."""

    def __init__(self) -> None:
        self._numbers = count(1)

    @abstractmethod
    async def ask(self, frame: wire.Request) -> wire.Answer:
        """Ask, and return the answer.

        Raises:
            CoderBotError: What the supervisor refuses, or that it is not there.
        """

    def number(self) -> int:
        """Return the number of the next request."""
        return next(self._numbers)

    async def start(self, bot: str) -> None:
        """Start a bot that does not run; returns when its process exists."""
        await self.act("start", bot)

    async def stop(self, bot: str) -> None:
        """Stop a bot gracefully; returns when it is gone."""
        await self.act("stop", bot)

    async def kill(self, bot: str) -> None:
        """SIGKILL a bot and all that it started; it is not restarted."""
        await self.act("kill", bot)

    async def restart(self, bot: str) -> None:
        """Stop and start a bot at once, clearing its count of crashes in a row."""
        await self.act("restart", bot)

    async def media_usage(self, bot: str) -> MediaUsage:
        """Return how much `clean_media` would delete."""
        return _usage(await self.act("media_usage", bot))

    async def media(self, bot: str) -> Sequence[MediaFolder]:
        """Return what lies in a bot's media directories."""
        answer = await self.ask(wire.GetMedia(id=self.number(), bot=bot))
        return expect(answer, wire.MediaFolders).folders

    async def clean_media(
        self, bot: str, folders: Collection[str] = FOLDERS
    ) -> MediaUsage:
        """Delete the contents of some of a bot's sent/, received/ and failed/."""
        some = list(folders)
        act = wire.Act(id=self.number(), action="clean_media", bot=bot, folders=some)
        return _usage(await self.ask(act))

    async def terminals(self, bot: str) -> Sequence[TerminalScreen]:
        """Return what the open terminals of a bot show, without secrets."""
        answer = await self.ask(wire.GetTerminals(id=self.number(), bot=bot))
        return expect(answer, wire.Screens).screens

    async def facts(self, bot: str) -> BotFacts:
        """Return what the worker of a bot is started with, without secrets."""
        answer = await self.ask(wire.GetFacts(id=self.number(), bot=bot))
        return expect(answer, wire.Facts).facts

    async def reload(self, *, dry_run: bool) -> Changes:
        """Let the supervisor read its settings anew; returns what that changes."""
        answer = await self.ask(wire.Reload(id=self.number(), dry_run=dry_run))
        plan = expect(answer, wire.Planned)
        lists = (plan.added, plan.removed, plan.changed, plan.later)
        return Changes(*map(tuple, (*lists, plan.at_once, plan.next_start)))

    async def search(self, query: LogQuery) -> LogHits:
        """Look for lines in all that the supervisor keeps, in memory and in files."""
        answer = await self.ask(wire.Search(id=self.number(), query=query))
        return expect(answer, wire.Found).hits

    async def history(
        self, bot: str | None, before: int, limit: int = 1_000
    ) -> Sequence[LogLine]:
        """Return the newest `limit` lines with a number below `before`."""
        number = self.number()
        ask = wire.GetHistory(id=number, bot=bot, before=before, limit=limit)
        return expect(await self.ask(ask), wire.Found).hits.lines

    async def dossiers(self, bot: str) -> Sequence[Dossier]:
        """Return what is kept of the crashes of a bot, the newest first."""
        answer = await self.ask(wire.GetDossiers(id=self.number(), bot=bot))
        return expect(answer, wire.Crashes).dossiers

    async def drain(self, host: str, *, on: bool) -> None:
        """Let a host give all its bots away and take none, or take some again."""
        action: wire.ClusterAction = "drain" if on else "undrain"
        await self.ask(wire.SteerCluster(id=self.number(), action=action, host=host))

    async def move(self, bot: str, host: str) -> None:
        """Let the owner of a bot give it to a host, where it stays."""
        number = self.number()
        await self.ask(wire.SteerCluster(id=number, action="move", bot=bot, host=host))

    async def rebalance(self, *, dry_run: bool) -> Sequence[PlannedMove]:
        """Bring the bots where they belong, busy ones as well; returns the moves."""
        number = self.number()
        ask = wire.SteerCluster(id=number, action="rebalance", dry_run=dry_run)
        return expect(await self.ask(ask), wire.Moves).moves

    async def act(self, action: wire.Action, bot: str = "") -> wire.Answer:
        """Do something; returns the answer once it has been done."""
        return await self.ask(wire.Act(id=self.number(), action=action, bot=bot))


def _usage(answer: wire.Answer) -> MediaUsage:
    frame = expect(answer, wire.Media)
    return MediaUsage(frame.files, frame.size_bytes)
