"""The numbers of the fleet over HTTP, for Prometheus and for probes."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Protocol

import psutil
from prometheus_client import Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from coderbot import __version__
from coderbot.clock import Clock
from coderbot.supervisor.events import (
    BotSnapshot,
    FleetEvent,
    FleetReady,
    FleetStopping,
)
from coderbot.supervisor.gauges import GAUGES, Facts
from coderbot.supervisor.httprequest import (
    END_OF_HEAD,
    MAX_HEAD_BYTES,
    RefusedError,
    requested_path,
)

HOST = "127.0.0.1"

_MAX_CONNECTIONS = 16
_REQUEST_S = 5.0
"""How long one request may take, in seconds."""
_TEXT = "text/plain; charset=utf-8"
_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
_REASONS = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}

_log = logging.getLogger(__name__)


class MeasuredFleet(Protocol):
    """What the metrics are made of; the supervisor is one."""

    def bots(self) -> Sequence[BotSnapshot]:
        """Return all bots by index, as they stand now."""

    def line_counts(self) -> Mapping[str, tuple[int, int]]:
        """Return by bot, and PARENT: lines added, and those no longer kept."""

    def subscribe(self) -> AbstractAsyncContextManager[AsyncIterator[FleetEvent]]:
        """Return a context in which one hears every event from entry on."""


class MetricsServer:
    """Answers GET /metrics, /healthz and /readyz, one request a connection.

    Args:
        fleet: Which is measured.
        clock: For its age.
    """

    def __init__(self, fleet: MeasuredFleet, clock: Clock) -> None:
        self._fleet = fleet
        self._clock = clock
        self._began = clock.monotonic()
        self._process = psutil.Process()
        self._connections: set[asyncio.StreamWriter] = set()
        self.is_ready = False

    async def watch(self, events: AsyncIterator[FleetEvent]) -> None:
        """Note whether the fleet is ready."""
        async for event in events:
            if isinstance(event, FleetReady):
                self.is_ready = True
            elif isinstance(event, FleetStopping):
                self.is_ready = False

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer one connection, or cut it off when there are too many."""
        if len(self._connections) >= _MAX_CONNECTIONS:
            writer.transport.abort()
            return
        self._connections.add(writer)
        try:
            async with asyncio.timeout(_REQUEST_S):
                writer.write(await self._answer(reader))
                await writer.drain()
        except (OSError, TimeoutError):
            # The other side has gone, or is too slow to be waited for.
            writer.transport.abort()
        finally:
            self._connections.discard(writer)
            with suppress(OSError):
                writer.close()

    def abort(self) -> None:
        """Cut all connections."""
        for writer in self._connections:
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader) -> bytes:
        try:
            head = await reader.readuntil(END_OF_HEAD)
            return self._page(requested_path(head))
        except RefusedError as error:
            return _response(error.status)
        except asyncio.LimitOverrunError:
            return _response(431)
        except asyncio.IncompleteReadError:
            return _response(400)

    def _page(self, path: str) -> bytes:
        match path:
            case "/metrics":
                return _response(200, render(self._facts()), _PROMETHEUS)
            case "/healthz":
                return _response(200, b"ok\n")
            case "/readyz":
                ready = self.is_ready
                return _response(
                    200 if ready else 503, b"" if ready else b"not ready\n"
                )
            case _:
                return _response(404)

    def _facts(self) -> Facts:
        return Facts(
            version=__version__,
            uptime_s=self._clock.monotonic() - self._began,
            rss_bytes=self._process.memory_info().rss,
            is_ready=self.is_ready,
            bots=self._fleet.bots(),
            lines=self._fleet.line_counts(),
        )


@asynccontextmanager
async def serving_metrics(
    fleet: MeasuredFleet, port: int, clock: Clock
) -> AsyncIterator[int | None]:
    """Serve the numbers of the fleet on loopback for the length of the block.

    A port that is taken is told, and the bots run on: they matter more. Yields
    the port, or None when there is no server.

    Args:
        fleet: Which is measured.
        port: On 127.0.0.1; 0 for any that is free.
        clock: For its age.
    """
    server = MetricsServer(fleet, clock)
    try:
        async with asyncio.TaskGroup() as group, fleet.subscribe() as events:
            watcher = group.create_task(server.watch(events), name="metrics")
            listener = await _listen(server, port)
            try:
                yield None if listener is None else _port(listener)
            finally:
                watcher.cancel()
                if listener is not None:
                    listener.close()
                server.abort()
    except BaseExceptionGroup as group_error:
        # What went wrong in the block is told as it is, without the group's wrapping.
        raise group_error.exceptions[0] from None


async def _listen(server: MetricsServer, port: int) -> asyncio.Server | None:
    try:
        listener = await asyncio.start_server(
            server.serve, HOST, port, limit=MAX_HEAD_BYTES
        )
    except OSError as error:
        reason = error.strerror or error
        _log.error("No metrics on port %d of %s: %s", port, HOST, reason)
        return None
    _log.info("Metrics: http://%s:%d/metrics", HOST, _port(listener))
    return listener


def _port(listener: asyncio.Server) -> int:
    return int(listener.sockets[0].getsockname()[1])


class _Families(Collector):
    """The metrics in the form that prometheus_client writes."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def collect(self) -> Iterable[Metric]:
        for gauge in GAUGES:
            family = Metric(
                gauge.name.removesuffix("_total"), gauge.meaning, gauge.kind
            )
            for labels, value in gauge.read(self._facts):
                family.add_sample(gauge.name, labels, value)
            yield family


def render(facts: Facts) -> bytes:
    """Return the facts as Prometheus text."""
    return generate_latest(_Families(facts))


def _response(status: int, body: bytes | None = None, kind: str = _TEXT) -> bytes:
    reason = _REASONS[status]
    content = body or f"{reason}\n".encode()
    head = [
        f"HTTP/1.1 {status} {reason}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(content)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
    ]
    if status == 405:
        head.append("Allow: GET")
    return "\r\n".join(head).encode() + END_OF_HEAD + content
