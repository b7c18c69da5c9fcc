"""One client of the control socket."""

import asyncio
import os
from contextlib import suppress

from coderbot import __version__
from coderbot.errors import CoderBotError
from coderbot.supervisor import controlwire as wire
from coderbot.supervisor.controlanswers import (
    Answerer,
    answered,
    bounded,
    send_pages,
)
from coderbot.supervisor.events import (
    BotChanged,
    BotRemoved,
    ClusterChanged,
    FleetEvent,
    FleetReady,
    FleetStopped,
    FleetStopping,
    LinesAdded,
)
from coderbot.supervisor.port import ServedFleet
from coderbot.wire import Frame, WireError

HELLO_TIMEOUT_S = 5.0
"""How long a client may take to say hello, in seconds."""
SEND_TIMEOUT_S = 30.0
"""A client that has not read for so long is cut off, in seconds."""
_MAX_REQUESTS = 256
"""Requests of one client that may be under way."""


class Peer:
    """Serves one client until it leaves, breaks the rules or stops reading.

    What the client does not read is never piled up: new lines and changes wait in
    the subscription, which keeps only the newest of each.

    Args:
        fleet: What it steers.
        reader: What comes from the client; its limit bounds a frame.
        writer: What goes to it.
        answerer: Answers its requests.
    """

    def __init__(
        self,
        fleet: ServedFleet,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answerer: Answerer,
    ) -> None:
        self._fleet = fleet
        self._answerer = answerer
        self._reader = reader
        self._writer = writer
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

    async def _answer(self, frame: wire.Request | wire.Follow) -> None:
        """Carry out a request; whatever goes wrong is told to the client."""
        try:
            if isinstance(frame, wire.Follow):
                await answered(self._follow(frame), frame, self._send)
            else:
                await self._answerer.answer(frame, self._send)
        except ConnectionAbortedError:
            raise
        except ConnectionError:
            """The client has left; what else it has asked for goes on."""
        finally:
            self._requests -= 1

    async def _follow(self, ask: wire.Follow) -> None:
        if self._follows:
            raise CoderBotError("This connection follows already")
        self._follows = True
        async with self._fleet.subscribe(lines=ask.lines) as events:
            await self._send(self._answerer.status(ask.id))
            limit = bounded(ask.history)
            lines = self._fleet.lines(limit=limit) if limit else []
            newest = self._fleet.lines(limit=1)
            seen = newest[-1].seq if newest else 0
            await send_pages(ask.id, lines, self._send)
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
        lines = self._fleet.lines(after=seen, limit=wire.MAX_LINES)
        if not lines:
            return seen
        missed = lines[-1].seq - seen - len(lines)
        await send_pages(0, lines, self._send, missed)
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


def _pushed(event: FleetEvent) -> wire.Push:
    match event:
        case BotChanged(snapshot):
            return wire.Changed(bot=snapshot)
        case BotRemoved(bot):
            return wire.Removed(bot=bot)
        case ClusterChanged(snapshot):
            return wire.ClusterIs(cluster=snapshot)
        case FleetReady(count):
            return wire.FleetIsReady(count=count)
        case FleetStopping(deadline_s):
            return wire.FleetIsStopping(deadline_s=deadline_s)
        case FleetStopped():
            return wire.FleetIsStopped()
        case LinesAdded():
            raise AssertionError("lines are sent as lines")
