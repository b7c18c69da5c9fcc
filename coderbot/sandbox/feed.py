"""The WebSocket that streams every change to the page."""

import asyncio
from dataclasses import dataclass

from aiohttp import WSMsgType, web

from coderbot.sandbox.control import query_number
from coderbot.sandbox.jsontypes import Json
from coderbot.sandbox.pulse import Pulse
from coderbot.sandbox.state import World

_HEARTBEAT_S = 15.0
_MAX_BATCH = 200


@dataclass(frozen=True, slots=True)
class Feed:
    """Serves `/sandbox/ws?after=CURSOR`.

    Each frame is `{"epoch", "cursor", "events"}`; `"lost": true` asks the reader to
    load everything anew.
    """

    world: World
    changes: Pulse
    epoch: str

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Stream events until one side hangs up."""
        after = query_number(request, "after") or 0
        stream = web.WebSocketResponse(heartbeat=_HEARTBEAT_S, max_msg_size=1 << 12)
        await stream.prepare(request)
        try:
            async with asyncio.TaskGroup() as tasks:
                sender = tasks.create_task(self._send(stream, after))
                await _drain(stream)
                sender.cancel()
        except* ConnectionError:
            pass  # the page is gone; there is nobody to tell
        return stream

    async def _send(self, stream: web.WebSocketResponse, after: int) -> None:
        log = self.world.events
        if after > log.last:  # a cursor of an earlier run
            after = 0
        await stream.send_json(self._frame([], after, log.has_lost(after)))
        while not stream.closed:
            events = log.since(after)[:_MAX_BATCH]
            if not events:
                await self.changes.wait()
                continue
            lost, after = log.has_lost(after), events[-1]["seq"]
            await stream.send_json(self._frame(events, after, lost))

    def _frame(self, events: list[Json], cursor: int, lost: bool) -> Json:
        frame: Json = {"epoch": self.epoch, "cursor": cursor, "events": events}
        return frame | {"lost": lost}


async def _drain(stream: web.WebSocketResponse) -> None:
    """Read, and ignore, what the page says, until it closes."""
    async for message in stream:
        if message.type == WSMsgType.ERROR:
            break
