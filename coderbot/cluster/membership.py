"""This host as a member of the cluster: its beats, its leases, and the others."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from coderbot.clock import Clock
from coderbot.cluster.connection import Cluster
from coderbot.cluster.lease import NO_MARKS, Lease, Marks
from coderbot.cluster.member import Member, open_member, seal_member
from coderbot.cluster.seal import SealBrokenError
from coderbot.cluster.session import Beat, Hearing, Session
from coderbot.cluster.ticker import Answer, Ask, Ticker
from coderbot.errors import CoderBotError, ExitCode

LIFE_S = 15.0
"""How long a lease lives after the last beat of its holder, in seconds."""
TICK_S = 2.5
"""Time between two beats, in seconds: five may fail before a lease ends."""
FORGOTTEN_AFTER_S = 3_600.0
"""How long a dead host is told of, in seconds."""
_LOOKS = 3
"""So many ticks an entry with our name must be silent before we take the name."""
_SIGNS = 2
"""So many beats of it mean a host; one may have been on its way when we crashed."""


class NameTakenError(CoderBotError):
    """Raised when two hosts have the same name."""

    exit_code = ExitCode.CONFIG

    def __init__(self, host: str) -> None:
        super().__init__(
            f"Another host of the cluster is called {host} already",
            "Give each host a name of its own: CLUSTER_HOST.",
        )


@dataclass(frozen=True, slots=True)
class Timing:
    """How fast a cluster is; the same on all of its hosts."""

    life_s: float = LIFE_S
    tick_s: float = TICK_S


@dataclass(frozen=True, slots=True)
class Give:
    """A lease that its holder gives away."""

    key: str
    to: Session | None = None
    """None: to nobody; whom it belongs to takes it."""
    marks: Marks = NO_MARKS


@dataclass(frozen=True, slots=True)
class Wish:
    """What a host wants of one tick."""

    holds: Mapping[str, Marks] = field(default_factory=dict)
    """Leases that it has and keeps, by key."""
    takes: Iterable[str] = ()
    """Leases that are free, or whose holder is dead."""
    gives: Sequence[Give] = ()
    units: tuple[str, ...] = ()
    """Names of what serves its users here, to be told."""
    roster: str = ""
    is_draining: bool = False
    leaves: bool = False
    """It is the last tick: the host goes, and holds nothing any more."""


class Membership:
    """Beats for this host, and knows what the others said last.

    Args:
        cluster: Of this host.
        ticker: Brings a tick to Redis.
        clock: Measures how long others are silent.
        timing: Of the cluster.
        weight: Share of the bots that this host takes.
        labels: What this host has.
    """

    def __init__(
        self,
        cluster: Cluster,
        ticker: Ticker,
        clock: Clock,
        timing: Timing,
        weight: float = 1.0,
        labels: tuple[str, ...] = (),
    ) -> None:
        self._sealer = cluster.sealer
        self._ticker = ticker
        self._clock = clock
        self.timing = timing
        self._weight = weight
        self._labels = labels
        self.session = Session(cluster.host, secrets.token_hex(4))
        """This host and this run of its supervisor."""
        self.report: Callable[[], bytes] = bytes
        """Asked at each tick for what the others shall know besides."""
        self.until = 0.0
        """Until when the leases of this host are good, on the clock `boottime`."""
        self.round_trip_ms: float | None = None
        """How long Redis took for the last tick, in milliseconds."""
        self.is_settled = False
        """Whether leases may be taken: Redis has not forgotten anything lately."""
        self.is_usurped = False
        """Whether another run has taken this host's name; it holds nothing then."""
        self.leases: Mapping[str, Lease] = {}
        """All leases by key, as they were last told."""
        self._members: dict[str, Member] = {}
        self._unsealed: set[str] = set()
        self._hearing = Hearing(timing.life_s)
        self._beat = 0
        self._fence = 0
        self._marker, self._marker_since = "", 0.0
        self._version = 0

    @property
    def has_joined(self) -> bool:
        """Whether the others know of this host."""
        return self._beat > 0 and not self.is_usurped

    @property
    def strangers(self) -> frozenset[str]:
        """Hosts whose entries cannot be opened: they have another CLUSTER_KEY."""
        return frozenset(self._unsealed)

    @property
    def version(self) -> int:
        """Of the leases that are known here; grows with each change of one."""
        return self._version

    def members(self) -> Sequence[Member]:
        """Return what the hosts that live said last, this one included, by name."""
        return [member for member, age_s in self.hosts() if age_s < self.timing.life_s]

    def hosts(self) -> Sequence[tuple[Member, float]]:
        """Return all hosts by name, and how long each has been silent, in seconds.

        One that has died is among them for `FORGOTTEN_AFTER_S`.
        """
        now = self._clock.boottime()
        return [
            (each, self._hearing.silent_s(each.sign.session, now))
            for _, each in sorted(self._members.items())
        ]

    def held(self) -> dict[str, Lease]:
        """Return the leases of this host by key."""
        return {
            k: each for k, each in self.leases.items() if each.holder == self.session
        }

    def is_free(self, key: str) -> bool:
        """Tell whether a lease can be taken: it is nobody's, or of somebody dead."""
        lease = self.leases.get(key)
        now = self._clock.boottime()
        return lease is None or self._hearing.is_dead(lease.holder, now)

    def next_death(self) -> float | None:
        """Return in how many seconds a host will be dead if it is not heard."""
        return self._hearing.next_death(self._clock.boottime())

    async def join(self) -> None:
        """Return once no other host uses this one's name.

        Raises:
            ClusterError: When Redis cannot be asked.
            NameTakenError: When one does.
        """
        host = self.session.host
        last = await self._ticker.beat_of(host)
        silent, heard = 0, 0
        while last is not None and silent < _LOOKS:
            # It may have been us, before a crash: its silence counts from now on.
            self._hearing.hear([last], [], self._clock.boottime())
            await self._clock.sleep(self.timing.tick_s)
            beat = await self._ticker.beat_of(host)
            if beat in (last, None):
                silent += 1
                continue
            heard += 1
            if heard == _SIGNS or beat.session != last.session:
                raise NameTakenError(host)
            last, silent = beat, 0

    async def tick(self, wish: Wish) -> None:
        """Beat, and get what is wished for as far as it is to be had.

        Raises:
            ClusterError: When Redis cannot be asked; what was wished for may have
                come true nevertheless, and the next tick tells.
        """
        self._beat += 1
        sent = self._clock.boottime()
        own = self._entry(wish)
        sealed = seal_member(self._sealer, own)
        answer = await self._ticker.tick(self._ask(wish, sent), sealed)
        self.is_usurped = answer.usurped
        if answer.usurped:
            self.until, self.leases = 0.0, {}
            return
        answered = self._clock.boottime()
        self.round_trip_ms = (answered - sent) * 1_000
        self._take(answer, own, answered)
        self.until = sent + self.timing.life_s

    def _ask(self, wish: Wish, now: float) -> Ask:
        unsettled_s = now - self._marker_since
        settles = self._marker and unsettled_s >= self.timing.life_s
        return Ask(
            host=self.session.host,
            run=self.session.run,
            beat=self._beat,
            joins=self._beat == 1,
            leaves=wish.leaves,
            marker=self._marker,
            version=self._version,
            fresh=secrets.token_hex(8),
            floor=self._fence,
            settles=self._marker if settles and not self.is_settled else "",
            holds=[
                Ask.hold(key, self.leases[key].fence, marks)
                for key, marks in wish.holds.items()
                if key in self.leases
            ],
            takes=[self._take_of(key) for key in wish.takes if self.is_free(key)],
            forgets=[
                (each.host, f"{each.run} {each.beat} ")
                for each, silent_s in self.hosts()
                if silent_s >= FORGOTTEN_AFTER_S
            ],
            gives=[Ask.give(each.key, each.to, each.marks) for each in wish.gives],
        )

    def _take_of(self, key: str) -> tuple[str, str, str, int, str]:
        lease = self.leases.get(key)
        if lease is None:
            return Ask.take(key, None, -1)
        return Ask.take(key, lease, self._hearing.beat_of(lease.holder))

    def _entry(self, wish: Wish) -> Member:
        return Member(
            host=self.session.host,
            run=self.session.run,
            beat=self._beat,
            weight=self._weight,
            labels=self._labels,
            is_draining=wish.is_draining or wish.leaves,
            units=wish.units,
            roster=wish.roster,
            report=self.report(),
        )

    def _take(self, answer: Answer, own: Member, now: float) -> None:
        """Learn from an answer that came at `now`."""
        if answer.marker != self._marker:
            self._marker, self._marker_since = answer.marker, now
        self._version, self.is_settled = answer.version, answer.settled
        leases = answer.lease_map()
        if leases is not None:
            self.leases = leases
        self._fence = max(
            (self._fence, *(lease.fence for lease in self.leases.values()))
        )
        entries = [each for each in answer.entries() if each[0].host != own.host]
        beats = [own.sign, *(beat for beat, _ in entries)]
        holders = {lease.holder for lease in self.leases.values()}
        self._hearing.hear(beats, holders, now)
        self._open(entries)
        self._members[own.host] = own

    def _open(self, entries: Iterable[tuple[Beat, bytes]]) -> None:
        self._members.clear()
        self._unsealed.clear()
        for beat, sealed in entries:
            try:
                self._members[beat.host] = open_member(self._sealer, beat, sealed)
            except SealBrokenError:
                self._unsealed.add(beat.host)
