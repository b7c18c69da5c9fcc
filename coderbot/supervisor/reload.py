"""Changing a running fleet to what its settings say now."""

import asyncio
import logging
from collections.abc import Callable

from coderbot.supervisor.plan import Plan, Wanted, make_plan, with_control_bot
from coderbot.supervisor.supervisor import Supervisor

_log = logging.getLogger(__name__)


class Reloader:
    """Reads the settings anew and carries out what they change, one at a time.

    Args:
        supervisor: Whose fleet is changed.
        read: Returns what is wanted; raises a CoderBotError when that cannot be
            told, and then nothing is changed.
        take: Called when what was read counts from now on.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        read: Callable[[], Wanted],
        take: Callable[[], None] = lambda: None,
    ) -> None:
        self._supervisor = supervisor
        self._read = read
        self._take = take
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
            wanted = self._read()
            plan = make_plan(running, wanted.specs, self._next_index)
            taken = [spec.index + 1 for spec in plan.added]
            next_index = max(self._next_index, *taken, 0)
            aide = self._supervisor.control_spec()
            plan = with_control_bot(plan, aide, wanted.control_bot)
            if not dry_run:
                self._take()
                self._supervisor.adopt(wanted.policy)
                self._next_index = next_index
                await self._carry_out(plan)
            return plan

    async def _carry_out(self, plan: Plan) -> None:
        if not plan.is_empty:
            _log.info("New settings: %s", plan)
        if plan.at_once:
            _log.info("From now on: %s", ", ".join(plan.at_once))
        if plan.next_start:
            names = ", ".join(plan.next_start)
            _log.warning("For each worker from its next start on: %s", names)
        if plan.later:
            names = ", ".join(plan.later)
            _log.warning("Only when the supervisor is started anew: %s", names)
        for spec in plan.kept:
            await self._supervisor.change(spec, restart=False)
        await asyncio.gather(*map(self._supervisor.remove, plan.removed))
        for spec in plan.changed:
            await self._supervisor.change(spec, restart=True)
        for spec in plan.added:
            await self._supervisor.add(spec)
