"""Stops workers in time when their leases cannot be renewed."""

import asyncio
import logging
from collections.abc import Callable

from coderbot.clock import Clock
from coderbot.cluster.away import REDIS_SAYS, ClusterError
from coderbot.cluster.membership import Membership
from coderbot.supervisor.supervisor import Supervisor

_STOP_PART = 0.4
"""Part of a lease's life that is left when workers are asked to stop."""
_KILL_PART = 0.15
"""Part that is left when those are killed that have not ended."""
_LOOK_PART = 1 / 60
"""Part of a lease's life between two looks."""
_GRACE_PART = 0.3
"""After a sleep of this process, Redis may take so long to be asked."""

_log = logging.getLogger(__name__)


class Fence:
    """Sees to it that no worker of this host outlives its lease.

    Workers keep to their leases by themselves; this ends their processes, too, and
    says why.

    Args:
        supervisor: Of the workers.
        membership: Knows how long the leases are good.
        clock: For the looks.
    """

    def __init__(
        self, supervisor: Supervisor, membership: Membership, clock: Clock
    ) -> None:
        self._supervisor = supervisor
        self._membership = membership
        self._clock = clock
        self._life_s = membership.timing.life_s
        self.trouble = ""
        """What was wrong with Redis the last time, in words; empty: nothing."""
        self._has_stopped = False
        self._woke_at: float | None = None

    def failed(self, error: ClusterError) -> None:
        """Note that the leases could not be renewed."""
        self._woke_at = None
        if not self.trouble:
            _log.warning("The leases of this host are not renewed: %s", error.message)
        self.trouble = error.message.removeprefix(REDIS_SAYS)

    def renewed(self) -> None:
        """Note that the leases were renewed."""
        self._woke_at = None
        if self.trouble:
            _log.info("The leases of this host are renewed again")
        self.trouble, self._has_stopped = "", False

    async def run(self, wake: Callable[[], None]) -> None:
        """Look until cancelled.

        Args:
            wake: Lets the leases be renewed at once; called after a sleep.
        """
        step_s = self._life_s * _LOOK_PART
        async with asyncio.TaskGroup() as tasks:
            while True:
                before = self._clock.boottime()
                await self._clock.sleep(step_s)
                now = self._clock.boottime()
                if now - before > step_s + self._life_s * _KILL_PART:
                    # This process, or the whole machine, has slept: the leases may
                    # still be ours, and the workers have kept to them meanwhile.
                    self._woke_at = now
                    wake()
                if not self._is_waking(now):
                    self._look(self._membership.until - now, tasks)

    def _is_waking(self, now: float) -> bool:
        woke_at = self._woke_at
        return woke_at is not None and now - woke_at < self._life_s * _GRACE_PART

    def _look(self, left_s: float, tasks: asyncio.TaskGroup) -> None:
        tenancy = self._supervisor.tenancy
        if left_s <= self._life_s * _STOP_PART and tenancy.here():
            bots = tenancy.here()
            _log.error(
                "Redis is lost: %d workers stop, their leases end in %.0f s",
                len(bots),
                max(0.0, left_s),
            )
            self._has_stopped = True
            for bot in bots:
                tasks.create_task(tenancy.dismiss(bot), name=f"{bot}: fence")
        if left_s <= self._life_s * _KILL_PART and self._has_stopped:
            tenancy.kill_absent()
