"""Takes updates from a stream, hands them on, and says when they are done."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol, TypeVar

from coderbot.clock import Clock
from coderbot.cluster.away import until_answered
from coderbot.cluster.streams import Entry

_PAGE = 64
"""Entries that are read with one command."""

_T = TypeVar("_T")

_log = logging.getLogger(__name__)


class Stream(Protocol):
    """Where updates lie until they are done; `coderbot.cluster.streams` has them."""

    async def take_over(self) -> list[Entry]:
        """Return what predecessors have read and not done."""

    async def read(self, count: int) -> list[Entry]:
        """Return the next entries, `count` at most; none when none comes."""

    async def done(self, ids: Sequence[str]) -> None:
        """Remove entries."""


Handle = Callable[[bytes, bool], Awaitable[None]]
"""Acts on an entry; told whether a predecessor may have done so already."""


class Consumer:
    """Begins entries in their order, a number of them under way at a time.

    An entry stays in the stream until it was handled, so that a successor gets all
    that this process has left when it is killed.

    Args:
        stream: Of this worker.
        handle: Acts on an entry.
        at_once: How many may be under way.
        clock: For pauses.
        answered: Called whenever Redis has answered.
    """

    def __init__(
        self,
        stream: Stream,
        handle: Handle,
        at_once: int,
        clock: Clock,
        answered: Callable[[], None] = lambda: None,
    ) -> None:
        self._stream = stream
        self._handle = handle
        self._at_once = at_once
        self._clock = clock
        self._answered = answered
        self._under_way = 0
        self._done: list[str] = []
        self._turn = asyncio.Lock()
        self._has_room = asyncio.Event()
        self._ready = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None

    async def ready(self) -> None:
        """Return when what predecessors have left was begun."""
        await self._ready.wait()

    async def run(self) -> None:
        """Consume until `stop`, and until all that was begun is done."""
        async with asyncio.TaskGroup() as group:
            reading = self._read(group)
            self._reading = group.create_task(reading, name="stream of updates")

    def stop(self) -> None:
        """Begin nothing more; what lies in the stream is for a successor."""
        if self._reading is not None:
            self._reading.cancel()

    async def _read(self, group: asyncio.TaskGroup) -> None:
        for entry in await self._asked(self._stream.take_over):
            await self._begin(group, entry, is_left=True)
        self._ready.set()
        while True:
            await self._room()
            # More than there is room for: a successor gets those not begun with.
            for entry in await self._asked(partial(self._stream.read, _PAGE)):
                await self._begin(group, entry, is_left=False)

    async def _begin(
        self, group: asyncio.TaskGroup, entry: Entry, *, is_left: bool
    ) -> None:
        await self._room()
        self._under_way += 1
        group.create_task(self._act(entry, is_left), name=f"entry {entry.id}")

    async def _act(self, entry: Entry, is_left: bool) -> None:
        try:
            await self._handle(entry.body, is_left)
        except Exception:  # noqa: BLE001 - one update fails, the others go on
            _log.exception("An update could not be handled")
        self._done.append(entry.id)
        async with self._turn:
            # Whoever waited here while others were removed was removed with them.
            ids, self._done = self._done, []
            if ids:
                await self._asked(partial(self._stream.done, ids))
        self._under_way -= 1
        self._has_room.set()

    async def _room(self) -> None:
        while self._under_way >= self._at_once:
            self._has_room.clear()
            await self._has_room.wait()

    async def _asked(self, ask: Callable[[], Awaitable[_T]]) -> _T:
        answer = await until_answered(ask, self._clock, "Updates are not seen")
        self._answered()
        return answer
