"""Many hosts in one process: real leases in a real Redis, and no workers."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from coderbot.clock import SystemClock
from coderbot.cluster.membership import Give, Membership, Timing, Wish
from coderbot.cluster.placement import Unit
from coderbot.cluster.ticker import Ticker
from coderbot.host.planning import (
    Local,
    Move,
    Situation,
    gives_of,
    marks_of,
    new_moves,
    seats_of,
    targets_of,
)
from tests.fakes.cluster import cluster

_RUNS = Local(is_admitted=True, is_gone=False, is_ready=True)
_GONE = Local()
Place = Callable[[int, Situation], Mapping[str, str]]


class _Host:
    """One host: it keeps a worker in mind for each lease that it has."""

    def __init__(self, member: Membership, units: Mapping[str, Unit], place: Place):
        self.member = member
        self._units = units
        self._place = place
        self._targets: Mapping[str, str] = {}
        self._moves: dict[str, Move] = {}
        self.is_calm = False
        """It has what belongs to it, and nothing else."""

    async def run(self) -> None:
        while True:
            await self.member.tick(self._wish())
            self._act()
            await asyncio.sleep(self.member.timing.tick_s)

    def _situation(self) -> Situation:
        local = dict.fromkeys(self.member.held(), _RUNS)
        # A worker that is to go is gone at once.
        local |= dict.fromkeys(self._moves, _GONE)
        leases = self.member.leases
        return Situation(
            self.member.session,
            self._units,
            leases,
            self.member.members(),
            local,
            self._moves,
        )

    def _wish(self) -> Wish:
        now = self._situation()
        gives = gives_of(now)
        return Wish(
            holds={
                key: marks_of(now, key, lease)
                for key, lease in now.held.items()
                if key not in gives
            },
            takes=self._takes(),
            gives=[Give(key, *give) for key, give in gives.items()],
            units=tuple(self._units[key].name for key in now.held),
        )

    def _takes(self) -> list[str]:
        mine = self.member.session.host
        belong = (key for key, host in self._targets.items() if host == mine)
        return [key for key in belong if self.member.is_free(key)]

    def _act(self) -> None:
        now = self._situation()
        for key in [key for key in self._moves if key not in now.held]:
            del self._moves[key]
        self._targets = self._place(self.member.version, now)
        self._moves |= new_moves(now, self._targets)
        self.is_calm = (
            self.member.is_settled
            and not self._moves
            and all(
                key in now.leases and now.leases[key].holder.host == host
                for key, host in self._targets.items()
            )
        )


class Simulation:
    """Hosts that come and go.

    Args:
        url: Of the Redis.
        hosts: How many there are.
        bots: How many they share.
    """

    def __init__(self, url: str, hosts: int, bots: int) -> None:
        self._url = url
        self._names = [f"host-{number}" for number in range(hosts)]
        self._units = {
            f"key-{number:04}": Unit(f"bot-{number}", f"key-{number:04}")
            for number in range(bots)
        }
        self._stack = AsyncExitStack()
        self._group = asyncio.TaskGroup()
        self._hosts: dict[str, tuple[_Host, asyncio.Task[None]]] = {}
        self._placed: dict[object, Mapping[str, str]] = {}

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._group)
        for name in self._names:
            self.join(name)
            # As in truth, they do not beat all at the same time.
            await asyncio.sleep(Timing().tick_s / len(self._names))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for _, task in self._hosts.values():
            task.cancel()
        await self._stack.aclose()

    def join(self, name: str) -> None:
        """Let a host begin to beat."""
        here = cluster(self._url, name)
        client = here.connect()
        self._stack.push_async_callback(client.aclose)
        ticker = Ticker(client, here.keys)
        member = Membership(here, ticker, SystemClock(), Timing())
        host = _Host(member, self._units, self._place)
        self._hosts[name] = host, self._group.create_task(host.run())

    def lose(self) -> str:
        """Let a host die; returns its name."""
        name = self._names[7]
        self._hosts.pop(name)[1].cancel()
        return name

    def owners(self) -> dict[str, str]:
        """Return which host has each bot."""
        host, _ = next(iter(self._hosts.values()))
        return {key: lease.holder.host for key, lease in host.member.leases.items()}

    async def until_settled(self) -> None:
        """Wait until nothing moves any more, as all hosts see it."""
        calm_s = 0.0
        async with asyncio.timeout(600):
            while calm_s < 2 * Timing().tick_s:
                await asyncio.sleep(0.1)
                calm = all(host.is_calm for host, _ in self._hosts.values())
                names = set(self._hosts)
                all_there = all(
                    {each.host for each in host.member.members()} == names
                    for host, _ in self._hosts.values()
                )
                calm_s = calm_s + 0.1 if calm and all_there else 0.0

    def _place(self, version: int, now: Situation) -> Mapping[str, str]:
        """Return where all belongs; worked out once for hosts that know the same."""
        moves = tuple(sorted((key, move.host) for key, move in now.moves.items()))
        asked = version, tuple(seats_of(now)), moves
        if asked not in self._placed:
            if len(self._placed) > 1_000:
                self._placed.clear()
            self._placed[asked] = targets_of(now)
        return self._placed[asked]
