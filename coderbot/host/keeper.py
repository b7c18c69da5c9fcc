"""Keeps on this host the bots whose leases it has, and no others."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import replace

from coderbot import wire
from coderbot.clock import Clock
from coderbot.cluster.away import ClusterError
from coderbot.cluster.membership import Give, Membership, NameTakenError, Wish
from coderbot.cluster.placement import Unit
from coderbot.host.fence import Fence
from coderbot.host.moves import Moves
from coderbot.host.news import HostNews
from coderbot.host.planning import (
    Move,
    Situation,
    absence_of,
    asked_move,
    gives_of,
    marks_of,
    new_moves,
    planned_moves,
    seats_of,
    targets_of,
)
from coderbot.host.residents import Residents
from coderbot.host.units import roster_of
from coderbot.supervisor.events import BotChanged, FleetStopping
from coderbot.supervisor.state import BotState
from coderbot.supervisor.supervisor import Supervisor

_MARGIN_PART = 2 / 15
"""Part of a lease's life before its end in which a worker does not poll any more."""
_SPARE_S = 0.05
"""Between two ticks at least, in seconds; and after the death of a host."""

_log = logging.getLogger(__name__)


class Keeper:
    """Ticks for this host, and lets the supervisor run what the leases say.

    One turn after the other: a tick with what is wished for, then what its answer
    asks for. All else (a wake by another host, a worker that has ended, a wish of a
    person) only lets the next turn come at once.

    Args:
        supervisor: Whose bots they are.
        membership: Of this host.
        units: Returns all units there are now, by key.
        clock: For everything that waits.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        membership: Membership,
        units: Callable[[], dict[str, Unit]],
        clock: Clock,
    ) -> None:
        self._supervisor = supervisor
        self.membership = membership
        """Of this host: its beats, its leases, and what the others said last."""
        self._units_now = units
        self._clock = clock
        self._fence = Fence(supervisor, membership, clock)
        self._residents = Residents(supervisor, self._spawn, self.wake)
        self._units = units()
        self._targets: dict[str, str] = {}
        self._asked: object = None
        self._placed: dict[str, str] = {}
        self._moves = Moves(clock)
        self._is_draining = False
        self._is_forced = False
        self._poke = asyncio.Event()
        self._news = HostNews(membership)
        self._tasks: asyncio.TaskGroup | None = None

    # How it stands

    @property
    def trouble(self) -> str:
        """What is wrong between this host and Redis, in words; empty: nothing."""
        return self._fence.trouble

    @property
    def round_trip_ms(self) -> float | None:
        """How long Redis took for the last tick, in milliseconds."""
        return self.membership.round_trip_ms

    @property
    def leases(self) -> int:
        """How many leases somebody has, as far as this host knows."""
        return len(self.membership.leases)

    # What people may ask for

    def situation(self) -> Situation:
        """Return what is decided from, as it is known now."""
        return Situation(
            me=self.membership.session,
            units=self._units,
            leases=self.membership.leases,
            members=self.membership.members(),
            local=self._residents.look(self._units),
            moves=dict(self._moves.under_way),
            is_draining=self._is_draining,
            is_leaving=self._supervisor.is_stopping,
            is_forced=self._is_forced,
        )

    def drain(self, on: bool = True) -> None:
        """Give all bots away, one after the other, busy or not; or take some again."""
        self._is_draining = on
        self.wake()

    def move(self, name: str, host: str) -> None:
        """Bring a unit to another host, where it stays until that one goes.

        Raises:
            CoderBotError: When it is not here, or cannot be there.
        """
        key, move = asked_move(self.situation(), name, host)
        if host != self.membership.session.host:
            self._begin({key: move})

    def rebalance(self, dry_run: bool = False) -> list[tuple[str, str, str]]:
        """Even the load out, also with bots that are busy or were moved by hand.

        Args:
            dry_run: Only look.

        Returns:
            What moves in the whole cluster: unit, from, to; by the name of the unit.
        """
        plan = planned_moves(self.situation())
        if not dry_run:
            self._is_forced = True
            self.wake()
        return plan

    def wake(self) -> None:
        """Let the next turn come at once."""
        self._poke.set()

    # The turns

    async def run(self) -> None:
        """Take turns until cancelled.

        Raises:
            NameTakenError: When another supervisor has, or has taken, the name of this
                host.
        """
        async with asyncio.TaskGroup() as self._tasks:
            self._tasks.create_task(self._listen(), name="cluster: events")
            self._tasks.create_task(self._fence.run(self.wake), name="cluster: fence")
            await self._join()
            while True:
                await self._turn()
                await self._pause()

    async def leave(self) -> None:
        """Take the last turn, once `run` is over and all workers are gone."""
        if not self.membership.has_joined:
            return
        situation = self.situation()
        self._targets = targets_of(situation)
        self._moves.begin(new_moves(situation, self._targets))
        try:
            await self.membership.tick(replace(self._wish(), leaves=True))
        except ClusterError as error:
            _log.warning("The other hosts wait for the leases of this one: %s", error)

    async def _join(self) -> None:
        while True:
            try:
                await self.membership.join()
            except ClusterError as error:
                self._fence.failed(error)
                self._supervisor.placed()
                await self._clock.sleep(self.membership.timing.tick_s)
            else:
                return

    async def _turn(self) -> None:
        self._poke.clear()
        self._units = self._units_now()
        try:
            await self.membership.tick(self._wish())
        except ClusterError as error:
            self._fence.failed(error)
            self._supervisor.placed()
            return
        if self.membership.is_usurped:
            raise NameTakenError(self.membership.session.host)
        if self.membership.until <= self._clock.boottime():
            # The answer comes from before a sleep of this process.
            self.wake()
            return
        self._fence.renewed()
        try:
            self._act()
        except Exception:  # noqa: BLE001 - the bots run on, and their leases are renewed
            _log.exception("A fault in the keeping of leases")

    async def _pause(self) -> None:
        """Wait for the next turn: a tick, the death of a host, or a poke."""
        await self._clock.sleep(_SPARE_S)
        timing, death_s = self.membership.timing, self.membership.next_death()
        wait_s = timing.tick_s if death_s is None else death_s + _SPARE_S
        # There is little time left to renew leases when that has failed.
        often_s = timing.tick_s / 5 if self._fence.trouble else timing.tick_s
        wait_s = min(wait_s, often_s)
        try:
            async with asyncio.timeout(wait_s):
                await self._poke.wait()
        except TimeoutError:
            return

    def _wish(self) -> Wish:
        situation = self.situation()
        gives = gives_of(situation)
        return Wish(
            holds={
                key: marks_of(situation, key, lease)
                for key, lease in situation.held.items()
                if key not in gives
            },
            takes=list(self._takes()),
            gives=[Give(key, to, marks) for key, (to, marks) in gives.items()],
            units=tuple(
                sorted(
                    self._units[key].name
                    for key, local in situation.local.items()
                    if local.is_ready
                )
            ),
            roster=roster_of(self._units),
            is_draining=situation.is_draining or situation.is_leaving,
        )

    def _takes(self) -> Iterator[str]:
        """Yield the leases that are to be had, and belong to this host."""
        if self._is_draining or self._supervisor.is_stopping:
            return
        mine = self.membership.session.host
        for key, host in self._targets.items():
            if host == mine and self.membership.is_free(key):
                yield key

    def _act(self) -> None:
        """Do what the leases say."""
        self._moves.settle(self.membership.held())
        situation = self.situation()
        self._targets = self._targets_of(situation)
        if situation.is_forced and not situation.moves:
            self._is_forced = any(
                self._targets.get(key, situation.me.host) != situation.me.host
                for key in situation.held
            )
        if situation.is_leaving or not self._moves.is_waiting(situation):
            self._begin(new_moves(situation, self._targets))
        self._follow(situation)
        self._news.look(self._units, self._targets, roster_of(self._units))
        if not self.membership.is_settled:
            return
        if any(self._takes()):
            self.wake()
        else:
            self._supervisor.placed()

    def _targets_of(self, situation: Situation) -> dict[str, str]:
        """Return the host that each unit belongs to; worked out when that changes."""
        asked = (
            situation.units,
            situation.leases,
            seats_of(situation),
            situation.moves,
        )
        if asked != self._asked:
            self._asked = asked
            self._placed = targets_of(situation)
        return self._placed

    def _follow(self, situation: Situation) -> None:
        """Let the supervisor run what is held here, and nothing else."""
        until, life_s = self.membership.until, self.membership.timing.life_s
        held, is_settled = situation.held, self.membership.is_settled
        for key, unit in self._units.items():
            local, lease = situation.local_of(key), held.get(key)
            if lease is None:
                where = absence_of(situation, key, self._targets, is_settled)
                self._residents.lose(unit, local, where)
                continue
            good = wire.Lease(
                until=until, fence=lease.fence, margin_s=life_s * _MARGIN_PART
            )
            if key in self._moves.under_way:
                self._residents.renew(unit, good)
            else:
                self._residents.keep(unit, local, lease, good)

    def _begin(self, moves: Mapping[str, Move]) -> None:
        """Begin to give units away: their workers stop first."""
        self._moves.begin(moves)
        for key, move in moves.items():
            unit = self._units[key]
            if self._supervisor.is_stopping:
                _log.info("%s goes to %s", unit.name, move.host or "no other host")
            else:
                _log.info("%s moves to %s", unit.name, move.host)
            self._residents.dismiss(unit)
        if moves:
            self.wake()

    async def _listen(self) -> None:
        """Let a turn come when a worker has ended, or the fleet is being stopped."""
        states: dict[str, BotState] = {}
        async with self._supervisor.subscribe() as events:
            async for event in events:
                if isinstance(event, FleetStopping):
                    self.wake()
                elif isinstance(event, BotChanged):
                    bot = event.snapshot
                    if states.get(bot.bot) != bot.state and bot.state.is_at_rest:
                        self.wake()
                    states[bot.bot] = bot.state

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> None:
        assert self._tasks is not None, "only while it runs"
        self._tasks.create_task(_fenced(work, name), name=name)


async def _fenced(work: Coroutine[None, None, None], name: str) -> None:
    try:
        await work
    except Exception:  # noqa: BLE001 - the fence around one bot
        _log.exception("A fault in the keeping of leases: %s", name)
