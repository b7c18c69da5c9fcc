"""Changing a running fleet to what its settings say now."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from coderbot.supervisor.plan import Plan, make_plan
from coderbot.supervisor.spec import WorkerSpec
from coderbot.supervisor.supervisor import Supervisor

_log = logging.getLogger(__name__)


class Reloader:
    """Reads the settings anew and carries out what they change, one at a time.

    Args:
        supervisor: Whose fleet is changed.
        load: Returns the wanted specs; raises a CoderBotError when they cannot be
            told, and then nothing is changed.
    """

    def __init__(
        self, supervisor: Supervisor, load: Callable[[], Sequence[WorkerSpec]]
    ) -> None:
        self._supervisor = supervisor
        self._load = load
        self._lock = asyncio.Lock()
        indexes = [spec.index for spec in supervisor.specs().values()]
        self._next_index = max(indexes, default=-1) + 1
        supervisor.reload_by(lambda dry_run: self.reload(dry_run=dry_run))

    async def reload(self, *, dry_run: bool = False) -> Plan:
        """Return what changes; when it returns that has been done.

        Args:
            dry_run: Only look.

        Raises:
            CoderBotError: When the settings are unusable.
        """
        async with self._lock:
            running = self._supervisor.specs()
            plan = make_plan(running, self._load(), self._next_index)
            if not dry_run:
                await self._carry_out(plan)
            return plan

    async def _carry_out(self, plan: Plan) -> None:
        if not plan.is_empty:
            _log.info("New settings: %s", plan)
        for name in plan.later:
            _log.warning("%s takes full effect at the next start", name)
        self._next_index += len(plan.added)
        for spec in plan.kept:
            await self._supervisor.change(spec, restart=False)
        await asyncio.gather(*map(self._supervisor.remove, plan.removed))
        for spec in plan.changed:
            await self._supervisor.change(spec, restart=True)
        for spec in plan.added:
            await self._supervisor.add(spec)
