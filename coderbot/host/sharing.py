"""Puts the parts together that make this host one of several."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from coderbot.clock import Clock
from coderbot.cluster.connection import cluster_of
from coderbot.cluster.membership import Membership, Timing
from coderbot.cluster.placement import Unit
from coderbot.cluster.sharedmap import SharedMap
from coderbot.cluster.ticker import Ticker
from coderbot.cluster.wake import listen_for_wakes
from coderbot.config.settings import Settings
from coderbot.host.crashes import CrashBook
from coderbot.host.keeper import Keeper
from coderbot.host.units import units_of
from coderbot.supervisor.supervisor import Supervisor
from coderbot.taskgroup import task_group


@asynccontextmanager
async def sharing(
    supervisor: Supervisor,
    settings: Settings,
    clock: Clock,
    timing: Timing | None = None,
) -> AsyncIterator[Keeper]:
    """Share the bots with other hosts for the length of the block.

    On leaving it all workers are stopped, and their leases handed over.

    Args:
        supervisor: Started with the name of this host.
        settings: They name a cluster.
        clock: For everything that waits.
        timing: Of the cluster; None: as everywhere.
    """
    cluster = cluster_of(settings)
    assert cluster is not None, "the settings name no cluster"
    async with cluster.connect() as client:
        membership = Membership(
            cluster,
            Ticker(client, cluster.keys),
            clock,
            timing or Timing(),
            settings.cluster_weight,
            settings.cluster_labels,
        )
        pins = dict(settings.cluster_pin)

        def units() -> dict[str, Unit]:
            specs = [*supervisor.specs().values()]
            aide = supervisor.control_spec()
            aides = [] if aide is None else [aide]
            return units_of((*specs, *aides), settings.api_root, pins)

        crashes = CrashBook(
            supervisor,
            SharedMap(client, cluster.sealer, cluster.keys.of("crashes")),
            cluster.host,
            units,
            clock,
        )
        supervisor.counted_by(crashes.of)
        keeper = Keeper(supervisor, membership, units, clock)
        wakes = listen_for_wakes(client, cluster.keys, cluster.host, keeper.wake, clock)
        try:
            async with task_group() as group:
                tasks = [
                    group.create_task(keeper.run(), name="cluster: turns"),
                    group.create_task(wakes, name="cluster: wakes"),
                    group.create_task(crashes.run(), name="cluster: crashes"),
                ]
                try:
                    yield keeper
                finally:
                    # The turns go on: each lease is given away when its worker ends.
                    await supervisor.shut_down()
                    await crashes.flush()
                    for task in tasks:
                        task.cancel()
        finally:
            await keeper.leave()
