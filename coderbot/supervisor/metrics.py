"""The numbers of the fleet over HTTP, for Prometheus and for probes."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import psutil
from prometheus_client import Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from coderbot import __version__
from coderbot.clock import Clock
from coderbot.httpmessage import Page
from coderbot.httpserver import HttpServer, opened
from coderbot.supervisor.clusterview import ClusterSnapshot
from coderbot.supervisor.events import (
    BotSnapshot,
    FleetEvent,
    FleetReady,
    FleetStopping,
)
from coderbot.supervisor.gauges import GAUGES, Facts
from coderbot.taskgroup import task_group

HOST = "127.0.0.1"

_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


class MeasuredFleet(Protocol):
    """What the metrics are made of; the supervisor is one."""

    def bots(self) -> Sequence[BotSnapshot]:
        """Return all bots by index, as they stand now."""

    def line_counts(self) -> Mapping[str, tuple[int, int]]:
        """Return by bot, and PARENT: lines added, and those no longer kept."""

    def cluster(self) -> ClusterSnapshot | None:
        """Return the hosts that share the bots; None for a host alone."""

    def subscribe(
        self, *, lines: bool = True
    ) -> AbstractAsyncContextManager[AsyncIterator[FleetEvent]]:
        """Return a context in which one hears every event from entry on."""


class Metrics:
    """What /metrics, /healthz and /readyz answer.

    Args:
        fleet: Which is measured.
        clock: For its age.
    """

    def __init__(self, fleet: MeasuredFleet, clock: Clock) -> None:
        self._fleet = fleet
        self._clock = clock
        self._began = clock.monotonic()
        self._process = psutil.Process()
        self.is_ready = False

    async def watch(self, events: AsyncIterator[FleetEvent]) -> None:
        """Note whether the fleet is ready."""
        async for event in events:
            if isinstance(event, FleetReady):
                self.is_ready = True
            elif isinstance(event, FleetStopping):
                self.is_ready = False

    def page(self, path: str) -> Page | None:
        """Return what is shown at `path`; None when there is nothing."""
        match path:
            case "/metrics":
                return Page(200, render(self._facts()), _PROMETHEUS)
            case "/healthz":
                return Page(200, b"ok\n")
            case "/readyz":
                return Page(200) if self.is_ready else Page(503, b"not ready\n")
            case _:
                return None

    def _facts(self) -> Facts:
        return Facts(
            version=__version__,
            uptime_s=self._clock.monotonic() - self._began,
            rss_bytes=self._process.memory_info().rss,
            is_ready=self.is_ready,
            bots=self._fleet.bots(),
            lines=self._fleet.line_counts(),
            cluster=self._fleet.cluster(),
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
    metrics = Metrics(fleet, clock)
    server = HttpServer(metrics.page)
    async with task_group() as group, fleet.subscribe(lines=False) as events:
        watcher = group.create_task(metrics.watch(events), name="metrics")
        try:
            async with opened(server, HOST, port, "metrics") as found:
                yield found
        finally:
            watcher.cancel()


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
                # On a host alone there is no host to tell of.
                some = {k: v for k, v in labels.items() if v or k != "host"}
                family.add_sample(gauge.name, some, value)
            yield family


def render(facts: Facts) -> bytes:
    """Return the facts as Prometheus text."""
    return generate_latest(_Families(facts))
