"""Telling whoever has started this program how the fleet is: PM2, systemd."""

import logging
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager

from coderbot.clock import Clock
from coderbot.supervisor.events import FleetEvent, LinesAdded
from coderbot.supervisor.manager import ManagedFleet, ServiceManager
from coderbot.supervisor.pm2 import PM2
from coderbot.supervisor.systemd import Systemd
from coderbot.taskgroup import task_group

_log = logging.getLogger(__name__)


@asynccontextmanager
async def telling_managers(
    fleet: ManagedFleet, environment: Mapping[str, str], clock: Clock
) -> AsyncIterator[None]:
    """Tell the service manager about the fleet for the length of the block.

    Without one nothing happens. A fault in here is logged and harms no bot.

    Args:
        fleet: Of which it is told.
        environment: Of this process: it names the manager.
        clock: For everything that waits.
    """
    found = [each.found(fleet, environment, clock) for each in (PM2, Systemd)]
    managers: list[ServiceManager] = [each for each in found if each is not None]
    if not managers:
        yield
        return
    try:
        async with task_group() as group, fleet.subscribe() as events:
            tasks = [group.create_task(_fenced(_tell(events, managers)), name="tell")]
            tasks += [group.create_task(_fenced(each.run())) for each in managers]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
    finally:
        for each in managers:
            await each.close()


async def _tell(
    events: AsyncIterator[FleetEvent], managers: Sequence[ServiceManager]
) -> None:
    async for event in events:
        if isinstance(event, LinesAdded):
            continue
        for each in managers:
            await each.hear(event)


async def _fenced(work: Coroutine[None, None, None]) -> None:
    try:
        await work
    except Exception:  # noqa: BLE001 - the bots run on, whatever fails in here
        _log.exception("The service manager is told no more")
