"""The port of a supervisor that lives in another process."""

import asyncio
import heapq
from collections import deque
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from itertools import count, islice
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

from coderbot.clock import Clock, SystemClock
from coderbot.control.call import CONNECT_TIMEOUT_S
from coderbot.control.failures import (
    ControlRefusedError,
    NotRunningError,
    SupervisorGoneError,
    error_of,
)
from coderbot.supervisor import controlwire as wire
from coderbot.supervisor.bus import Bus
from coderbot.supervisor.dossier import Dossier
from coderbot.supervisor.errors import FleetStoppingError
from coderbot.supervisor.events import (
    BotChanged,
    BotRemoved,
    BotSnapshot,
    FleetEvent,
    FleetReady,
    FleetStopped,
    FleetStopping,
    LinesAdded,
)
from coderbot.supervisor.facts import BotFacts
from coderbot.supervisor.lines import LogLine
from coderbot.supervisor.logquery import LogHits, LogQuery
from coderbot.supervisor.media import FOLDERS, MediaFolder, MediaUsage
from coderbot.supervisor.plan import Changes
from coderbot.unixsocket import connect_to
from coderbot.wire import Frame, TerminalScreen, WireError

_KEEP = 30_000
"""Lines kept of one bot."""
_HISTORY = wire.MAX_LINES
_T = TypeVar("_T", bound=Frame)


class ControlClient:
    """Implements `SupervisorPort` over the control socket; made by `connect`.

    Snapshots and lines are kept here, as the supervisor tells them. When it goes
    away, listeners hear `FleetStopped` as if it had stopped; `lost` tells.

    Args:
        reader: From the supervisor.
        writer: To it.
        clock: For uptimes and countdowns between two tellings.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, clock: Clock
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._clock = clock
        self._numbers = count(1)
        self._bus = Bus()
        self._bots: dict[str, tuple[BotSnapshot, float]] = {}
        self._lines: dict[str, deque[LogLine]] = {}
        self._waiting: dict[int, asyncio.Future[wire.Answer]] = {}
        self._caught_up = asyncio.Event()
        self._is_over = False
        self.lost = False
        """The connection broke before the fleet had stopped."""

    @classmethod
    @asynccontextmanager
    async def connect(
        cls, path: Path, clock: Clock | None = None, *, lines: bool = True
    ) -> "AsyncIterator[ControlClient]":
        """Connect for the length of the block; its copy is complete on entry.

        Args:
            path: Of the control socket.
            clock: For uptimes and countdowns.
            lines: Keep the lines of the logs, too.

        Raises:
            NotRunningError: When no supervisor answers there.
            ControlRefusedError: When it refuses this client.
        """
        reader, writer = await _open(path)
        client = cls(reader, writer, clock or SystemClock())
        try:
            await client._greet(path)
            async with asyncio.TaskGroup() as tasks:
                listening = tasks.create_task(client._listen(), name="control client")
                client._follow(lines)
                await client._caught_up.wait()
                try:
                    yield client
                finally:
                    listening.cancel()
        except BaseExceptionGroup as group:
            # What went wrong is told as it is, without the group's wrapping.
            raise group.exceptions[0] from None
        finally:
            writer.close()

    def bots(self) -> Sequence[BotSnapshot]:
        """Return all bots by index, as they stand now."""
        now = self._clock.monotonic()
        found = [_aged(bot, now - then) for bot, then in self._bots.values()]
        return sorted(found, key=attrgetter("index"))

    def lines(
        self, bot: str | None = None, after: int = 0, limit: int = 10_000
    ) -> Sequence[LogLine]:
        """Return the newest `limit` lines kept here with a number above `after`."""
        newest: Iterable[LogLine]
        if bot is not None:
            newest = reversed(self._lines.get(bot, ()))
        else:
            rings = [reversed(ring) for ring in self._lines.values()]
            newest = heapq.merge(*rings, key=attrgetter("seq"), reverse=True)
        found = []
        for line in islice(newest, max(0, limit)):
            if line.seq <= after:
                break
            found.append(line)
        found.reverse()
        return found

    def subscribe(self) -> AbstractAsyncContextManager[AsyncIterator[FleetEvent]]:
        """Return a context in which one hears every event from entry on."""
        return self._bus.subscribe()

    async def start(self, bot: str) -> None:
        """Start a bot that does not run; returns when its process exists."""
        await self._act("start", bot)

    async def stop(self, bot: str) -> None:
        """Stop a bot gracefully; returns when it is gone."""
        await self._act("stop", bot)

    async def kill(self, bot: str) -> None:
        """SIGKILL a bot and all that it started; it is not restarted."""
        await self._act("kill", bot)

    async def restart(self, bot: str) -> None:
        """Stop and start a bot at once, clearing its count of crashes in a row."""
        await self._act("restart", bot)

    async def media_usage(self, bot: str) -> MediaUsage:
        """Return how much `clean_media` would delete."""
        return _usage(await self._act("media_usage", bot))

    async def media(self, bot: str) -> Sequence[MediaFolder]:
        """Return what lies in a bot's media directories."""
        number = next(self._numbers)
        answer = await self._ask(wire.GetMedia(id=number, bot=bot), number)
        return _expect(answer, wire.MediaFolders).folders

    async def clean_media(
        self, bot: str, folders: Collection[str] = FOLDERS
    ) -> MediaUsage:
        """Delete the contents of some of a bot's sent/, received/ and failed/."""
        number = next(self._numbers)
        act = wire.Act(id=number, action="clean_media", bot=bot, folders=list(folders))
        return _usage(await self._ask(act, number))

    async def terminals(self, bot: str) -> Sequence[TerminalScreen]:
        """Return what the open terminals of a bot show, without secrets."""
        number = next(self._numbers)
        answer = await self._ask(wire.GetTerminals(id=number, bot=bot), number)
        return _expect(answer, wire.Screens).screens

    async def facts(self, bot: str) -> BotFacts:
        """Return what the worker of a bot is started with, without secrets."""
        number = next(self._numbers)
        answer = await self._ask(wire.GetFacts(id=number, bot=bot), number)
        return _expect(answer, wire.Facts).facts

    async def reload(self, *, dry_run: bool) -> Changes:
        """Let the supervisor read its settings anew; returns what that changes."""
        number = next(self._numbers)
        answer = await self._ask(wire.Reload(id=number, dry_run=dry_run), number)
        plan = _expect(answer, wire.Planned)
        lists = (plan.added, plan.removed, plan.changed, plan.later)
        return Changes(*map(tuple, lists))

    async def search(self, query: LogQuery) -> LogHits:
        """Look for lines in all that the supervisor keeps, in memory and in files."""
        number = next(self._numbers)
        return _expect(
            await self._ask(wire.Search(id=number, query=query), number), wire.Found
        ).hits

    async def history(
        self, bot: str | None, before: int, limit: int = 1_000
    ) -> Sequence[LogLine]:
        """Return the newest `limit` lines with a number below `before`."""
        number = next(self._numbers)
        ask = wire.GetHistory(id=number, bot=bot, before=before, limit=limit)
        return _expect(await self._ask(ask, number), wire.Found).hits.lines

    async def dossiers(self, bot: str) -> Sequence[Dossier]:
        """Return what is kept of the crashes of a bot, the newest first."""
        number = next(self._numbers)
        answer = await self._ask(wire.GetDossiers(id=number, bot=bot), number)
        return _expect(answer, wire.Crashes).dossiers

    async def shut_down(self) -> None:
        """Stop the whole fleet; returns when every worker is gone."""
        try:
            await self._act("shut_down")
        except FleetStoppingError:
            """It has stopped before."""
        except SupervisorGoneError:
            if self.lost:
                raise

    def kill_now(self) -> None:
        """While the fleet is being stopped: SIGKILL what is left, without grace."""
        self._send(wire.Act(id=next(self._numbers), action="kill_now"))

    async def _act(self, action: wire.Action, bot: str = "") -> wire.Answer:
        number = next(self._numbers)
        return await self._ask(wire.Act(id=number, action=action, bot=bot), number)

    async def _ask(self, frame: Frame, number: int) -> wire.Answer:
        if self.lost:
            raise SupervisorGoneError
        if self._is_over:
            raise FleetStoppingError("The fleet has stopped")
        answer: asyncio.Future[wire.Answer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            self._send(frame)
            return await answer
        finally:
            self._waiting.pop(number, None)

    def _send(self, frame: Frame) -> None:
        if not self._writer.is_closing():
            self._writer.write(wire.encode(frame))

    def _follow(self, lines: bool) -> None:
        history = _HISTORY if lines else 0
        number = next(self._numbers)
        self._send(wire.Follow(id=number, history=history, lines=lines))

    async def _greet(self, path: Path) -> None:
        self._send(wire.Hello(protocol=wire.PROTOCOL))
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                frame = await self._next()
        except TimeoutError:
            raise NotRunningError(path, "the process there does not answer") from None
        if isinstance(frame, wire.Refused):
            raise ControlRefusedError(frame.message, frame.hint)
        if frame is None:
            raise NotRunningError(path, "it hung up")

    async def _next(self) -> wire.ServerFrame | None:
        try:
            return wire.decode_server(await self._reader.readuntil(b"\n"))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        except (asyncio.LimitOverrunError, WireError) as error:
            raise ControlRefusedError(
                f"The supervisor is not understood: {error}"
            ) from error

    async def _listen(self) -> None:
        """Take what comes until the end of the connection."""
        try:
            while (frame := await self._next()) is not None:
                self._take(frame)
            self.lost = not self._is_over
        finally:
            self._end()

    def _end(self) -> None:
        self._is_over = True
        self._caught_up.set()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(SupervisorGoneError())
        self._bus.publish(FleetStopped())

    def _take(self, frame: wire.ServerFrame) -> None:
        match frame:
            case wire.FleetStatus(bots=bots):
                for bot in bots:
                    self._note(bot)
            case wire.Changed(bot=bot):
                self._note(bot)
                self._bus.publish(BotChanged(bot))
            case wire.Lines(lines=lines):
                self._add(lines)
            case (
                wire.Done()
                | wire.Failed()
                | wire.Media()
                | wire.Found()
                | wire.MediaFolders()
                | wire.Facts()
                | wire.Screens()
                | wire.Crashes()
                | wire.Planned()
            ):
                self._settle(frame)
            case wire.Refused():
                raise ControlRefusedError(frame.message, frame.hint)
            case wire.Welcome():
                """Said once; a second one changes nothing."""
            case _:
                self._take_event(frame)

    def _take_event(
        self,
        frame: wire.Removed
        | wire.FleetIsReady
        | wire.FleetIsStopping
        | wire.FleetIsStopped,
    ) -> None:
        match frame:
            case wire.Removed(bot=bot):
                self._bots.pop(bot, None)
                self._bus.publish(BotRemoved(bot))
            case wire.FleetIsReady(count=ready):
                self._bus.publish(FleetReady(ready))
            case wire.FleetIsStopping(deadline_s=deadline_s):
                self._bus.publish(FleetStopping(deadline_s))
            case wire.FleetIsStopped():
                self._is_over = True
                self._bus.publish(FleetStopped())

    def _settle(self, frame: wire.Answer) -> None:
        assert not isinstance(frame, wire.Lines | wire.FleetStatus)
        answer = self._waiting.get(frame.id)
        if answer is None:
            # The first request was to follow, and its history is complete.
            self._caught_up.set()
        elif not answer.done():
            if isinstance(frame, wire.Failed):
                answer.set_exception(error_of(frame))
            else:
                answer.set_result(frame)

    def _note(self, bot: BotSnapshot) -> None:
        self._bots[bot.bot] = bot, self._clock.monotonic()

    def _add(self, lines: Sequence[LogLine]) -> None:
        for line in lines:
            ring = self._lines.get(line.bot)
            if ring is None:
                ring = self._lines[line.bot] = deque(maxlen=_KEEP)
            ring.append(line)
        if lines:
            self._bus.publish(LinesAdded(lines[-1].seq))


async def _open(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        connection = connect_to(path, CONNECT_TIMEOUT_S)
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
        raise NotRunningError(path) from None
    except OSError as error:
        raise NotRunningError(path, str(error.strerror or error)) from error
    connection.setblocking(False)
    return await asyncio.open_unix_connection(
        sock=connection, limit=wire.MAX_REPLY_BYTES
    )


def _usage(answer: wire.Answer) -> MediaUsage:
    frame = _expect(answer, wire.Media)
    return MediaUsage(frame.files, frame.size_bytes)


def _expect(frame: Frame, kind: type[_T]) -> _T:
    if not isinstance(frame, kind):
        raise ControlRefusedError(f"Unexpected answer: {type(frame).__name__}")
    return frame


def _aged(bot: BotSnapshot, seconds: float) -> BotSnapshot:
    """Return a snapshot as it is some seconds later."""
    if bot.uptime_s is None and bot.next_start_in_s is None:
        return bot
    uptime = None if bot.uptime_s is None else bot.uptime_s + seconds
    left = bot.next_start_in_s
    next_start = None if left is None else max(0.0, left - seconds)
    return replace(bot, uptime_s=uptime, next_start_in_s=next_start)
