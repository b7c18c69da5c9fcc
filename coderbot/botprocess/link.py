"""The channel to the supervisor, seen from the worker."""

import asyncio
import faulthandler
import logging
import socket
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Self

from coderbot import wire
from coderbot.botprocess.lease import PollLease
from coderbot.botprocess.vitals import Vitals, rss_bytes
from coderbot.clock import Clock

HEARTBEAT_S = 5.0
"""Time between two heartbeats, in seconds."""
_MAX_UNREAD_BYTES = 1 << 18
"""A supervisor that reads no more than this behind gets no further frames."""

_log = logging.getLogger(__name__)


class Link:
    """Sends frames to the supervisor and hears its wishes.

    Without a channel (a worker that runs alone) frames go nowhere.

    Args:
        channel: Inherited end of the socket pair, or None.
        clock: For the heartbeats.
        lease: Is told how long it is good.
    """

    def __init__(
        self, channel: socket.socket | None, clock: Clock, lease: PollLease
    ) -> None:
        self.lease = lease
        """The right to poll."""
        self._channel = channel
        self._clock = clock
        self._started = clock.monotonic()
        self._lag_ms = 0.0
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Self:
        if self._channel is not None:
            self._reader, self._writer = await asyncio.open_unix_connection(
                sock=self._channel, limit=wire.MAX_FRAME_BYTES
            )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is not None:
            self._writer.close()

    def send(self, frame: wire.WorkerFrame) -> None:
        """Send `frame`; never waits and never fails."""
        if self._writer is None or self._writer.is_closing():
            return
        if self._writer.transport.get_write_buffer_size() < _MAX_UNREAD_BYTES:
            self._writer.write(wire.encode(frame))

    async def run(
        self,
        vitals: Callable[[], Vitals],
        on_end: Callable[[], None],
        screens: Callable[[], list[wire.TerminalScreen]] = list,
    ) -> None:
        """Send heartbeats and obey frames until cancelled.

        Args:
            vitals: Asked for each heartbeat.
            on_end: Called once when the supervisor is gone.
            screens: Asked for what the terminals show.
        """
        if self._reader is None:
            return
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._beat(vitals), name="heartbeat")
                await self._listen(self._reader, vitals, screens)
                on_end()
        finally:
            # What was counted since the last one would be lost.
            self._heartbeat(vitals)

    async def _beat(self, vitals: Callable[[], Vitals]) -> None:
        while True:
            self._heartbeat(vitals)
            before = self._clock.monotonic()
            await self._clock.sleep(HEARTBEAT_S)
            late_s = self._clock.monotonic() - before - HEARTBEAT_S
            self._lag_ms = max(0.0, late_s * 1_000)

    def _heartbeat(self, vitals: Callable[[], Vitals]) -> None:
        now = vitals()
        self.send(
            wire.Heartbeat(
                uptime_s=self._clock.monotonic() - self._started,
                rss_bytes=rss_bytes(),
                terminals=now.terminals,
                terminals_busy=now.terminals_busy,
                loop_lag_ms=self._lag_ms,
                poll_age_s=now.poll_age_s,
                media_pending=now.media_pending,
                outbox_queued=now.outbox_queued,
                counters=now.counters,
            )
        )

    async def _listen(
        self,
        reader: asyncio.StreamReader,
        vitals: Callable[[], Vitals],
        screens: Callable[[], list[wire.TerminalScreen]],
    ) -> None:
        """Obey frames until the channel ends."""
        while line := await _next_line(reader):
            try:
                frame = wire.decode_supervisor(line)
            except wire.WireError as error:
                _log.warning("Ignored a line of the supervisor: %s", error)
                continue
            match frame:
                case wire.Ping():
                    self._heartbeat(vitals)
                case wire.ShowTerminals():
                    self.send(wire.Terminals(id=frame.id, screens=screens()))
                case wire.Lease():
                    self.lease.renew(frame)
                case wire.Dump():
                    faulthandler.dump_traceback(sys.stderr, all_threads=True)


async def _next_line(reader: asyncio.StreamReader) -> bytes:
    """Return the next line; empty when the channel has ended or is broken."""
    try:
        return await reader.readline()
    except (OSError, ValueError):
        return b""
