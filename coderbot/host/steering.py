"""Bots are moved between hosts, from whichever host a person asks."""

from collections.abc import Callable, Sequence
from typing import Protocol

from coderbot.cluster.session import Session
from coderbot.errors import CoderBotError, UsageError
from coderbot.host.neighbours import Neighbours
from coderbot.supervisor.clusterview import PlannedMove
from coderbot.supervisor.errors import UnknownBotError
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.port import ClusterSteering


class Movers(Protocol):
    """What this host's keeper of leases does."""

    def drain(self, on: bool = True) -> None:
        """Give all bots away; or take some again."""

    def move(self, name: str, host: str) -> None:
        """Bring a bot of this host to another one."""

    def rebalance(self, dry_run: bool = False) -> list[tuple[str, str, str]]:
        """Even the load out; returns bot, source and target of all moves."""


class OwnSteering:
    """What other hosts may ask of this one; implements `ClusterSteering`.

    Args:
        keeper: Of the leases of this host.
    """

    def __init__(self, keeper: Movers) -> None:
        self._keeper = keeper

    async def drain(self, host: str, *, on: bool) -> None:  # noqa: ARG002 - it is this
        """Give all bots of this host away, or take some again."""
        self._keeper.drain(on)

    async def move(self, bot: str, host: str) -> None:
        """Give a bot of this host to another one."""
        self._keeper.move(bot, host)

    async def rebalance(self, *, dry_run: bool) -> Sequence[PlannedMove]:
        """Give away what belongs elsewhere; returns the moves in the whole cluster."""
        return [PlannedMove(*move) for move in self._keeper.rebalance(dry_run)]


class FleetSteering:
    """What people may ask of all hosts; implements `ClusterSteering`.

    Args:
        own: Does it on this host.
        neighbours: The others.
        bots: Returns all bots.
    """

    def __init__(
        self,
        own: OwnSteering,
        neighbours: Neighbours,
        bots: Callable[[], Sequence[BotSnapshot]],
    ) -> None:
        self._own = own
        self._neighbours = neighbours
        self._bots = bots

    async def drain(self, host: str, *, on: bool) -> None:
        """Let a host give all its bots away and take none, or take some again."""
        await self._at(self._session_of(host)).drain(host, on=on)

    async def move(self, bot: str, host: str) -> None:
        """Let the owner of a bot give it to a host, where it stays."""
        found = next((each for each in self._bots() if each.bot == bot), None)
        if found is None:
            known = ", ".join(each.bot for each in self._bots()) or "none"
            raise UnknownBotError(f"There is no bot {bot!r}", f"Bots: {known}.")
        if not found.host:
            raise CoderBotError(
                f"No host runs {bot} just now", "Try again when one has it."
            )
        self._session_of(host)
        await self._at(self._session_of(found.host)).move(bot, host)

    async def rebalance(self, *, dry_run: bool) -> Sequence[PlannedMove]:
        """Bring the bots where they belong, busy ones as well; returns the moves."""
        plan = await self._own.rebalance(dry_run=dry_run)
        if not dry_run:
            for source in {move.source for move in plan} - {self._neighbours.here}:
                await self._at(self._session_of(source)).rebalance(dry_run=False)
        return plan

    def _at(self, session: Session) -> ClusterSteering:
        """Return who does it: this host, or another one."""
        if session.host == self._neighbours.here:
            return self._own
        return self._neighbours.calls(session)

    def _session_of(self, host: str) -> Session:
        session = self._neighbours.session_of(host)
        if session is None:
            known = ", ".join(self._neighbours.names())
            raise UsageError(f"There is no host {host!r}", f"Hosts: {known}.")
        return session
