"""Which host runs what: the same answer on every host that knows the same (pure).

Who holds a unit keeps it while that is fair, so that little moves when hosts come and
go. Where a unit goes that has to move, and which one moves, is told by weighted
rendezvous hashing (Thaler and Ravishankar 1998; with weights as in Schindelhauer and
Schomaker 2005), so that a host that comes back gets what it had. Hashing alone would
leave hosts a third above their share; loads are levelled until no move helps.

Units of one group go to hosts that have none of it, where that is as fair.
"""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """What is placed: a bot, or a part of one."""

    name: str
    """`bot-3`, or `bot-0.2`."""
    key: str
    """What it is in truth, whatever its name is; names its lease."""
    weight: float = 1.0
    """How much of a host it takes, beside other units."""
    pin: str = ""
    """A label that its host must have; empty: any host does."""
    group: str = ""
    """Names units that had better not lie on one host; empty: it may lie with any."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A host that may take units."""

    host: str
    weight: float = 1.0
    labels: frozenset[str] = frozenset()

    def suits(self, unit: Unit) -> bool:
        """Tell whether a unit may be here; a host's name is a label of it, too."""
        return not unit.pin or unit.pin in self.labels or unit.pin == self.host


def place(
    units: Iterable[Unit],
    seats: Iterable[Seat],
    held: Mapping[str, str],
    kept: frozenset[str] = frozenset(),
) -> dict[str, str]:
    """Return the host of each unit, by key; a unit that suits no host has none.

    Args:
        units: All there are.
        seats: Hosts that may take some: they live, and do not drain.
        held: Which host has a unit now, by key.
        kept: Keys of units that stay where they are, though that may not be fair.
    """
    room = _Room(units, [seat for seat in seats if seat.weight > 0])
    waiting = []
    for unit in room.units:
        seat = room.seats.get(held.get(unit.key, ""))
        if seat is not None and seat.suits(unit):
            room.put(unit, seat)
        else:
            waiting.append(unit)
    # Who has the least choice goes first.
    for unit in sorted(waiting, key=lambda each: (room.choice(each), each.key)):
        room.seat(unit)
    room.level(kept)
    return room.hosts


class _Room:
    """Seats and who sits where, while that is worked out."""

    def __init__(self, units: Iterable[Unit], seats: Sequence[Seat]) -> None:
        self.units = sorted(units, key=lambda unit: unit.key)
        self.seats = {seat.host: seat for seat in seats}
        self.hosts: dict[str, str] = {}
        self._on: defaultdict[str, dict[str, Unit]] = defaultdict(dict)
        self._mates: Counter[tuple[str, str]] = Counter()
        """How many units of a group are on a host."""
        self._load = dict.fromkeys(self.seats, 0.0)
        by_pin: dict[str, list[Seat]] = {}
        for unit in self.units:
            if unit.pin not in by_pin:
                by_pin[unit.pin] = [seat for seat in seats if seat.suits(unit)]
        self._suiting = by_pin
        total = sum(unit.weight for unit in self.units)
        self._fair = total / max(sum(seat.weight for seat in seats), 1e-9)
        self._scores: dict[tuple[str, str], float] = {}

    def choice(self, unit: Unit) -> int:
        return len(self._suiting[unit.pin])

    def put(self, unit: Unit, seat: Seat) -> None:
        before = self.hosts.get(unit.key)
        if before is not None:
            del self._on[before][unit.key]
            self._load[before] -= unit.weight
            self._mates[before, unit.group] -= 1
        self.hosts[unit.key] = seat.host
        self._on[seat.host][unit.key] = unit
        self._load[seat.host] += unit.weight
        self._mates[seat.host, unit.group] += 1

    def seat(self, unit: Unit) -> None:
        """Put a unit on the host it scores best with of those that have room."""
        suiting = self._suiting[unit.pin]
        if not suiting:
            return
        roomy = [each for each in suiting if self._filled(each, unit) <= self._fair]
        if roomy:
            self.put(unit, max(roomy, key=lambda each: self._wish(unit, each)))
        else:
            # The rest of an uneven share.
            self.put(unit, min(suiting, key=lambda each: self._turn(unit, each)))

    def level(self, kept: frozenset[str]) -> None:
        """Move units from the fullest to the emptiest while that makes it fairer."""
        while self._level_once(kept):
            pass

    def _level_once(self, kept: frozenset[str]) -> bool:
        order = sorted(
            self.seats.values(), key=lambda each: (self._fill(each), each.host)
        )
        for source in reversed(order):
            for target in order:
                if self._fill(target) >= self._fill(source):
                    break
                unit = self._to_move(source, target, kept)
                if unit is not None:
                    self.put(unit, target)
                    return True
        return False

    def _to_move(self, source: Seat, target: Seat, kept: frozenset[str]) -> Unit | None:
        """Return the unit that goes best; None when no move makes it fairer."""
        fill = self._fill(source)
        able = [
            unit
            for unit in self._on[source.host].values()
            if unit.key not in kept
            and target.suits(unit)
            and self._filled(target, unit) < fill - 1e-9
        ]
        if not able:
            return None
        return max(able, key=lambda unit: (self._gain(unit, source, target), unit.key))

    def _gain(self, unit: Unit, source: Seat, target: Seat) -> tuple[int, float]:
        parted = self._crowd(unit, source) - self._crowd(unit, target)
        return parted, self._score(unit, target) - self._score(unit, source)

    def _fill(self, seat: Seat) -> float:
        return self._load[seat.host] / seat.weight

    def _filled(self, seat: Seat, unit: Unit) -> float:
        return (self._load[seat.host] + unit.weight) / seat.weight

    def _turn(self, unit: Unit, seat: Seat) -> tuple[float, int, float]:
        crowd, score = self._wish(unit, seat)
        return self._filled(seat, unit), -crowd, -score

    def _wish(self, unit: Unit, seat: Seat) -> tuple[int, float]:
        return -self._crowd(unit, seat), self._score(unit, seat)

    def _crowd(self, unit: Unit, seat: Seat) -> int:
        """Return how many others of its group are on a host."""
        if not unit.group:
            return 0
        is_there = self.hosts.get(unit.key) == seat.host
        return self._mates[seat.host, unit.group] - is_there

    def _score(self, unit: Unit, seat: Seat) -> float:
        pair = unit.key, seat.host
        if pair not in self._scores:
            self._scores[pair] = score(unit.key, seat.host, seat.weight)
        return self._scores[pair]


def score(key: str, host: str, weight: float) -> float:
    """Return how much a unit wants to be on a host: -weight / ln(h), 0 < h < 1."""
    digest = hashlib.blake2b(f"{key}\0{host}".encode(), digest_size=8).digest()
    part = (int.from_bytes(digest, "big") + 1) / (2**64 + 2)
    return -weight / math.log(part)
