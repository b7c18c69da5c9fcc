"""The port of a supervisor that lives in another process."""

import asyncio
import heapq
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

from coderbot.clock import Clock, SystemClock
from coderbot.control.aging import aged
from coderbot.control.calls import Calls
from coderbot.control.connection import Connection
from coderbot.control.failures import (
    ControlRefusedError,
    NotRunningError,
    SupervisorGoneError,
    error_of,
)
from coderbot.supervisor import controlwire as wire
from coderbot.supervisor.bus import Bus
from coderbot.supervisor.clusterview import ClusterSnapshot
from coderbot.supervisor.errors import FleetStoppingError
from coderbot.supervisor.events import (
    BotChanged,
    BotRemoved,
    BotSnapshot,
    ClusterChanged,
    FleetEvent,
    FleetReady,
    FleetStopped,
    FleetStopping,
    LinesAdded,
)
from coderbot.supervisor.lines import LogLine
from coderbot.taskgroup import task_group
from coderbot.wire import Frame

_KEEP = 30_000
"""Lines kept of one bot."""
_HISTORY = wire.MAX_LINES
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 5.0
"""Between two tries to connect anew; doubled each time, in seconds."""
_T = TypeVar("_T", bound=Frame)


class ControlClient(Calls):
    """Implements `SupervisorPort` over the control socket; made by `connect`.

    Snapshots and lines are kept here, as the supervisor tells them. When it goes
    away for good, listeners hear `FleetStopped` as if it had stopped; `lost` tells.

    Args:
        connection: To the supervisor.
        clock: For uptimes and countdowns between two tellings.
    """

    def __init__(self, connection: Connection, clock: Clock) -> None:
        super().__init__()
        self._connection = connection
        self._clock = clock
        self._bus = Bus()
        self._bots: dict[str, tuple[BotSnapshot, float]] = {}
        self._lines: dict[str, deque[LogLine]] = {}
        self._waiting: dict[int, asyncio.Future[wire.Answer]] = {}
        self._cluster: ClusterSnapshot | None = None
        self._caught_up = asyncio.Event()
        self._is_over = False
        self.lost = False
        """The connection is broken, and the fleet had not stopped before."""
        self.epoch = 0
        """How often a broken connection was made anew: all it has kept is new, too."""
        self._retry_at = 0.0

    @classmethod
    @asynccontextmanager
    async def connect(
        cls,
        path: Path,
        clock: Clock | None = None,
        *,
        lines: bool = True,
        again: bool = False,
    ) -> "AsyncIterator[ControlClient]":
        """Connect for the length of the block; its copy is complete on entry.

        Args:
            path: Of the control socket.
            clock: For uptimes and countdowns, and the pauses between two tries.
            lines: Keep the lines of the logs, too.
            again: Try to connect anew when the connection breaks, for ever.

        Raises:
            NotRunningError: When no supervisor answers there.
            ControlRefusedError: When it refuses this client.
        """
        client = cls(await Connection.open(path), clock or SystemClock())
        try:
            async with task_group() as tasks:
                listen = client._listen(lines, path if again else None)
                listening = tasks.create_task(listen, name="control client")
                await client._caught_up.wait()
                try:
                    yield client
                finally:
                    listening.cancel()
        finally:
            client._connection.close()

    @property
    def retry_in_s(self) -> float:
        """Seconds to the next try, while the connection is lost."""
        return max(0.0, self._retry_at - self._clock.monotonic())

    def bots(self) -> Sequence[BotSnapshot]:
        """Return all bots by index, as they stand now."""
        now = self._clock.monotonic()
        found = [aged(bot, now - then) for bot, then in self._bots.values()]
        return sorted(found, key=attrgetter("index"))

    def cluster(self) -> ClusterSnapshot | None:
        """Return the hosts that share the bots; None for a host alone."""
        return self._cluster

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

    def subscribe(
        self,
        *,
        lines: bool = True,  # noqa: ARG002 - the connection has been told
    ) -> AbstractAsyncContextManager[AsyncIterator[FleetEvent]]:
        """Return a context in which one hears every event from entry on."""
        return self._bus.subscribe()

    async def shut_down(self) -> None:
        """Stop the whole fleet; returns when every worker is gone."""
        try:
            await self.act("shut_down")
        except FleetStoppingError:
            """It has stopped before."""
        except SupervisorGoneError:
            if self.lost:
                raise

    def kill_now(self) -> None:
        """While the fleet is being stopped: SIGKILL what is left, without grace."""
        self._send(wire.Act(id=self.number(), action="kill_now"))

    async def ask(self, frame: wire.Request) -> wire.Answer:
        """Ask, and return the answer."""
        if self.lost:
            raise SupervisorGoneError
        if self._is_over:
            raise FleetStoppingError("The fleet has stopped")
        answer: asyncio.Future[wire.Answer] = asyncio.get_running_loop().create_future()
        self._waiting[frame.id] = answer
        try:
            self._send(frame)
            return await answer
        finally:
            self._waiting.pop(frame.id, None)

    def _send(self, frame: Frame) -> None:
        self._connection.send(frame)

    def _follow(self, lines: bool) -> None:
        history = _HISTORY if lines else 0
        number = self.number()
        self._send(wire.Follow(id=number, history=history, lines=lines))

    async def _listen(self, lines: bool, again: Path | None) -> None:
        """Take what comes until the end of the connection, and of those after it.

        Args:
            lines: Keep the lines of the logs, too.
            again: Where to connect to anew; None: nowhere.
        """
        try:
            self._follow(lines)
            await self._take_all()
            while again is not None and not self._is_over:
                self._lose()
                await self._reconnect(again)
                self._follow(lines)
                await self._take_all()
            self.lost = not self._is_over
        finally:
            self._end()

    async def _take_all(self) -> None:
        while (frame := await self._connection.next()) is not None:
            self._take(frame)

    def _lose(self) -> None:
        """Note that the connection is broken; what was asked for is not answered."""
        self.lost = True
        self._connection.close()
        self._give_up()

    async def _reconnect(self, path: Path) -> None:
        """Try until there is a supervisor again."""
        pause_s = _FIRST_PAUSE_S
        while self.lost:
            self._retry_at = self._clock.monotonic() + pause_s
            await self._clock.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
            with suppress(NotRunningError, ControlRefusedError, OSError):
                self._connection = await Connection.open(path)
                self.lost = False
        self._bots.clear()
        self._lines.clear()
        self.epoch += 1

    def _give_up(self) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(SupervisorGoneError())

    def _end(self) -> None:
        self._is_over = True
        self._caught_up.set()
        self._give_up()
        self._bus.publish(FleetStopped())

    def _take(self, frame: wire.ServerFrame) -> None:
        match frame:
            case wire.FleetStatus(bots=bots, cluster=cluster):
                self._cluster = cluster
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
                | wire.Moves()
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
        | wire.ClusterIs
        | wire.FleetIsReady
        | wire.FleetIsStopping
        | wire.FleetIsStopped,
    ) -> None:
        match frame:
            case wire.Removed(bot=bot):
                self._bots.pop(bot, None)
                self._bus.publish(BotRemoved(bot))
            case wire.ClusterIs(cluster=cluster):
                self._cluster = cluster
                self._bus.publish(ClusterChanged(cluster))
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
