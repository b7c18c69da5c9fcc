"""One client of the control socket."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from coderbot import __version__
from coderbot.clock import Clock
from coderbot.errors import CoderBotError
from coderbot.supervisor import controlwire as wire
from coderbot.supervisor.errors import FleetStoppingError, MediaError, UnknownBotError
from coderbot.supervisor.events import (
    BotChanged,
    BotRemoved,
    FleetEvent,
    FleetReady,
    FleetStopped,
    FleetStopping,
    LinesAdded,
)
from coderbot.supervisor.lines import LogLine
from coderbot.supervisor.logquery import LogHits
from coderbot.supervisor.media import FOLDERS, MediaUsage
from coderbot.supervisor.reload import Reloader
from coderbot.supervisor.supervisor import Supervisor
from coderbot.wire import Frame, WireError

HELLO_TIMEOUT_S = 5.0
"""How long a client may take to say hello, in seconds."""
SEND_TIMEOUT_S = 30.0
"""A client that has not read for so long is cut off, in seconds."""
_MAX_REQUESTS = 256
"""Requests of one client that may be under way."""
_PAGE_LINES = 500
_PAGE_CHARS = 1 << 18
"""Lines, and characters of them, that go into one frame."""

_log = logging.getLogger(__name__)

_CODES: dict[type[CoderBotError], str] = {
    UnknownBotError: "unknown_bot",
    FleetStoppingError: "fleet_stopping",
    MediaError: "media",
}


_Request = (
    wire.Act
    | wire.GetStatus
    | wire.GetLines
    | wire.Search
    | wire.GetHistory
    | wire.GetDossiers
    | wire.GetMedia
    | wire.GetFacts
    | wire.GetTerminals
    | wire.Follow
    | wire.Reload
)
"""What a client may ask for after its hello."""


class Peer:
    """Serves one client until it leaves, breaks the rules or stops reading.

    What the client does not read is never piled up: new lines and changes wait in
    the subscription, which keeps only the newest of each.

    Args:
        supervisor: What it steers.
        reader: What comes from the client; its limit bounds a frame.
        writer: What goes to it.
        clock: For the uptime of the supervisor.
        born: When the supervisor started, on that clock, in seconds.
        reloader: Reads the settings anew; None where there are none to read.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        clock: Clock,
        born: float,
        reloader: Reloader | None,
    ) -> None:
        self._reloader = reloader
        self._supervisor = supervisor
        self._reader = reader
        self._writer = writer
        self._clock = clock
        self._born = born
        self._sending = asyncio.Lock()
        self._requests = 0
        self._follows = False
        self._following: asyncio.Task[None] | None = None
        self._is_over = False

    async def serve(self) -> None:
        """Talk to the client to the end."""
        try:
            async with asyncio.timeout(HELLO_TIMEOUT_S):
                hello = await self._next()
        except TimeoutError:
            await self.refuse("No hello came in time")
            return
        if hello is None:
            return
        if not isinstance(hello, wire.Hello):
            await self.refuse("The first frame must be a hello")
            return
        if hello.protocol != wire.PROTOCOL:
            await self._refuse_version(hello.protocol)
            return
        pid = os.getpid()
        welcome = wire.Welcome(protocol=wire.PROTOCOL, version=__version__, pid=pid)
        await self._send(welcome)
        async with asyncio.TaskGroup() as tasks:
            await self._listen(tasks)
            # What was asked for is still carried out and answered.
            if self._following is not None and not self._is_over:
                self._following.cancel()

    def end(self) -> None:
        """Read no more; what is under way is still answered."""
        self._is_over = True
        self._writer.transport.pause_reading()  # type: ignore[attr-defined]
        self._reader.feed_eof()

    async def refuse(self, message: str, hint: str = "") -> None:
        """Say why the connection is closed; the caller closes it."""
        with suppress(ConnectionError):
            await self._send(wire.Refused(message=message, hint=hint))

    async def _refuse_version(self, theirs: int) -> None:
        await self.refuse(
            f"This client speaks version {theirs} of the control protocol, "
            f"the supervisor (CoderBot {__version__}) version {wire.PROTOCOL}",
            "Use the same installation for both; restart the supervisor after an update.",
        )

    async def _listen(self, tasks: asyncio.TaskGroup) -> None:
        while (frame := await self._next()) is not None:
            if isinstance(frame, wire.Hello):
                await self.refuse("A second hello")
                break
            if self._requests >= _MAX_REQUESTS:
                await self.refuse(f"More than {_MAX_REQUESTS} requests at once")
                break
            self._requests += 1
            task = tasks.create_task(self._answer(frame), name="control request")
            if isinstance(frame, wire.Follow) and self._following is None:
                self._following = task

    async def _next(self) -> wire.ClientFrame | None:
        """Return the next frame; None at the end, or when there was a bad one."""
        try:
            line = await self._reader.readuntil(b"\n")
            return wire.decode_client(line)
        except asyncio.IncompleteReadError:
            return None
        except asyncio.LimitOverrunError:
            limit = wire.MAX_REQUEST_BYTES
            await self.refuse(f"A frame is longer than {limit} bytes")
        except WireError as error:
            await self.refuse(str(error)[:300])
        return None

    async def _answer(self, frame: _Request) -> None:
        """Carry out a request; whatever goes wrong is told to the client."""
        try:
            await self._carry_out(frame)
        except CoderBotError as error:
            code = _CODES.get(type(error), "failed")
            await self._send(_failed(frame.id, code, error.message, error.hint))
        except ConnectionAbortedError:
            raise
        except ConnectionError:
            """The client has left; what else it has asked for goes on."""
        except Exception as error:  # noqa: BLE001 - the client is told, and the log
            _log.exception("A request on the control socket failed: %r", frame)
            text = f"internal error: {type(error).__name__}"
            await self._send(_failed(frame.id, "internal", text, "See the log."))
        finally:
            self._requests -= 1

    async def _carry_out(self, frame: _Request) -> None:
        match frame:
            case wire.GetStatus():
                await self._send(self._status(frame.id))
            case wire.GetLines():
                await self._send_lines(frame)
            case wire.Search(query=query):
                query = replace(query, limit=_bounded(query.limit))
                hits = await self._supervisor.search(query)
                await self._send(wire.Found(id=frame.id, hits=hits))
            case wire.GetHistory(bot=bot, before=before, limit=limit):
                page = await self._supervisor.history(bot, before, _bounded(limit))
                hits = LogHits(list(page))
                await self._send(wire.Found(id=frame.id, hits=hits))
            case (
                wire.GetDossiers()
                | wire.GetMedia()
                | wire.GetFacts()
                | wire.GetTerminals()
            ):
                await self._send(await self._about(frame))
            case wire.Follow():
                await self._follow(frame)
            case wire.Act():
                await self._act(frame)
            case wire.Reload():
                await self._reload(frame)

    async def _about(
        self, ask: wire.GetDossiers | wire.GetMedia | wire.GetFacts | wire.GetTerminals
    ) -> wire.Answer:
        """Return what is known of one bot."""
        fleet, number, bot = self._supervisor, ask.id, ask.bot
        match ask:
            case wire.GetDossiers():
                return wire.Crashes(id=number, dossiers=list(await fleet.dossiers(bot)))
            case wire.GetMedia():
                return wire.MediaFolders(
                    id=number, folders=list(await fleet.media(bot))
                )
            case wire.GetFacts():
                return wire.Facts(id=number, facts=await fleet.facts(bot))
            case wire.GetTerminals():
                screens = list(await fleet.terminals(bot))
                return wire.Screens(id=number, screens=screens)

    async def _act(self, act: wire.Act) -> None:
        fleet = self._supervisor
        simple: dict[str, Callable[[str], Awaitable[None]]] = {
            "start": fleet.start,
            "stop": fleet.stop,
            "restart": fleet.restart,
            "kill": fleet.kill,
        }
        media: dict[str, Callable[[str], Awaitable[MediaUsage]]] = {
            "media_usage": fleet.media_usage,
            "clean_media": lambda bot: fleet.clean_media(bot, act.folders or FOLDERS),
        }
        if act.action in media:
            use = await media[act.action](act.bot)
            await self._send(
                wire.Media(id=act.id, files=use.files, size_bytes=use.size_bytes)
            )
            return
        if act.action == "kill_now":
            fleet.kill_now()
        elif act.action == "shut_down":
            await fleet.shut_down()
        else:
            await simple[act.action](act.bot)
        await self._send(wire.Done(id=act.id))

    async def _reload(self, ask: wire.Reload) -> None:
        if self._reloader is None:
            raise CoderBotError("This supervisor has no settings to read anew")
        plan = await self._reloader.reload(dry_run=ask.dry_run)
        planned = wire.Planned(
            id=ask.id,
            added=[spec.bot for spec in plan.added],
            removed=list(plan.removed),
            changed=[spec.bot for spec in plan.changed],
            later=list(plan.later),
            at_once=list(plan.at_once),
            next_start=list(plan.next_start),
        )
        await self._send(planned)

    def _status(self, number: int) -> wire.FleetStatus:
        return wire.FleetStatus(
            id=number,
            version=__version__,
            pid=os.getpid(),
            uptime_s=round(self._clock.monotonic() - self._born, 3),
            bots=list(self._supervisor.bots()),
            fingerprints=self._supervisor.fingerprints(),
            control_bot=self._supervisor.control_bot(),
        )

    async def _send_lines(self, ask: wire.GetLines) -> None:
        limit = _bounded(ask.limit)
        lines = self._supervisor.lines(ask.bot, ask.after, limit)
        await self._send_pages(ask.id, lines)

    async def _send_pages(
        self, number: int, lines: Sequence[LogLine], missed: int = 0
    ) -> None:
        pages = _pages(lines) or [[]]
        for place, page in enumerate(pages, 1):
            last = place == len(pages)
            frame = wire.Lines(id=number, lines=page, last=last, missed=missed)
            await self._send(frame)
            missed = 0

    async def _follow(self, ask: wire.Follow) -> None:
        if self._follows:
            raise CoderBotError("This connection follows already")
        self._follows = True
        async with self._supervisor.subscribe() as events:
            await self._send(self._status(ask.id))
            limit = _bounded(ask.history)
            lines = self._supervisor.lines(limit=limit) if limit else []
            newest = self._supervisor.lines(limit=1)
            seen = newest[-1].seq if newest else 0
            await self._send_pages(ask.id, lines)
            await self._send(wire.Done(id=ask.id))
            async for event in events:
                if isinstance(event, LinesAdded):
                    if ask.lines:
                        seen = await self._send_new(seen)
                else:
                    if isinstance(event, FleetStopped) and ask.lines:
                        seen = await self._send_new(seen)
                    await self._send(_pushed(event))

    async def _send_new(self, seen: int) -> int:
        """Send the lines after number `seen`; return the number of the last one."""
        lines = self._supervisor.lines(after=seen, limit=wire.MAX_LINES)
        if not lines:
            return seen
        missed = lines[-1].seq - seen - len(lines)
        await self._send_pages(0, lines, missed)
        return lines[-1].seq

    async def _send(self, frame: Frame) -> None:
        data = wire.encode(frame)
        async with self._sending:
            self._writer.write(data)
            try:
                async with asyncio.timeout(SEND_TIMEOUT_S):
                    await self._writer.drain()
            except TimeoutError:
                raise ConnectionAbortedError("the client does not read") from None


def _pages(lines: Sequence[LogLine]) -> list[list[LogLine]]:
    pages: list[list[LogLine]] = []
    room, chars = 0, 0
    for line in lines:
        if room <= 0 or chars <= 0:
            pages.append([])
            room, chars = _PAGE_LINES, _PAGE_CHARS
        pages[-1].append(line)
        room -= 1
        chars -= len(line.text)
    return pages


def _bounded(limit: int) -> int:
    return max(0, min(limit, wire.MAX_LINES))


def _failed(number: int, code: str, message: str, hint: str) -> wire.Failed:
    return wire.Failed(id=number, code=code, message=message, hint=hint)


def _pushed(event: FleetEvent) -> wire.Push:
    match event:
        case BotChanged(snapshot):
            return wire.Changed(bot=snapshot)
        case BotRemoved(bot):
            return wire.Removed(bot=bot)
        case FleetReady(count):
            return wire.FleetIsReady(count=count)
        case FleetStopping(deadline_s):
            return wire.FleetIsStopping(deadline_s=deadline_s)
        case FleetStopped():
            return wire.FleetIsStopped()
        case LinesAdded():
            raise AssertionError("lines are sent as lines")
