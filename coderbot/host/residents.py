"""The bots of this host: those that its leases name, and how each stands."""

import logging
from collections.abc import Callable, Coroutine, Mapping

from coderbot import wire
from coderbot.cluster.lease import Lease, Mark
from coderbot.cluster.placement import Unit
from coderbot.host.planning import Local
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.state import BotState
from coderbot.supervisor.supervisor import Supervisor

_NO_LEASE = wire.Lease(until=0.0)

_log = logging.getLogger(__name__)

Spawn = Callable[[Coroutine[None, None, None], str], None]
"""Runs something that takes time, under a name."""


class Residents:
    """Lets the supervisor run what is held, and knows what it runs.

    Args:
        supervisor: Of this host.
        spawn: Runs what takes time.
        on_gone: Called when a bot that was to go has gone.
    """

    def __init__(
        self, supervisor: Supervisor, spawn: Spawn, on_gone: Callable[[], None]
    ) -> None:
        self._supervisor = supervisor
        self._tenancy = supervisor.tenancy
        self._spawn = spawn
        self._on_gone = on_gone

    def look(self, units: Mapping[str, Unit]) -> dict[str, Local]:
        """Return how units stand here, by key."""
        shown = {each.bot: each for each in self._supervisor.bots()}
        control = self._supervisor.control_bot()
        if control is not None:
            shown[control.bot] = control
        return {
            key: self._stands(shown[unit.name])
            for key, unit in units.items()
            if unit.name in shown
        }

    def keep(self, unit: Unit, local: Local, lease: Lease, good: wire.Lease) -> None:
        """Let a unit run whose lease is held.

        Args:
            unit: It.
            local: How it stands.
            lease: As it was told last.
            good: How long its worker may poll.
        """
        self._tenancy.renew(unit.name, good)
        if local.is_admitted:
            return
        self._tenancy.admit(unit.name)
        if Mark.OFF not in lease.marks:
            self._tenancy.expect(unit.name)
            self._spawn(self._tenancy.start(unit.name), f"{unit.name}: start")

    def renew(self, unit: Unit, good: wire.Lease) -> None:
        """Let a unit poll on that is about to go."""
        self._tenancy.renew(unit.name, good)

    def lose(self, unit: Unit, local: Local, where: tuple[str, str]) -> None:
        """Let a unit not run whose lease is not held.

        Args:
            unit: It.
            local: How it stands.
            where: The host that has it, or why none has.
        """
        if local.is_admitted:
            _log.warning("%s belongs to another host now; it stops", unit.name)
            self._tenancy.renew(unit.name, _NO_LEASE)
            self.dismiss(unit)
        self._tenancy.note_absence(unit.name, *where)

    def dismiss(self, unit: Unit) -> None:
        """Let a unit go."""
        self._spawn(self._dismiss(unit.name), f"{unit.name}: stop")

    async def _dismiss(self, name: str) -> None:
        await self._tenancy.dismiss(name)
        self._on_gone()

    def _stands(self, bot: BotSnapshot) -> Local:
        is_gone = bot.state.is_at_rest
        return Local(
            is_admitted=self._tenancy.is_here(bot.bot),
            is_gone=is_gone,
            is_off=is_gone and not self._tenancy.is_awaited(bot.bot),
            is_ready=bot.state is BotState.RUNNING,
            is_busy=bot.terminals_busy > 0,
        )
