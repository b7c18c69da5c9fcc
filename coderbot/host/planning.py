"""What a host does about its leases: decided from what it knows (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from coderbot.cluster.lease import NO_MARKS, Lease, Mark, Marks
from coderbot.cluster.member import Member
from coderbot.cluster.placement import Seat, Unit, place
from coderbot.cluster.session import Session
from coderbot.errors import CoderBotError


@dataclass(frozen=True, slots=True)
class Local:
    """How a unit stands on this host."""

    is_admitted: bool = False
    """It may run here."""
    is_gone: bool = True
    """It has no process, and none comes by itself."""
    is_off: bool = False
    """Somebody has stopped it here, or it has failed for good."""
    is_ready: bool = False
    """It serves its users."""
    is_busy: bool = False
    """It has a terminal that should not be closed for the sake of order alone."""


@dataclass(frozen=True, slots=True)
class Move:
    """A unit that leaves this host, once its worker is gone."""

    host: str = ""
    """Where it goes; empty: to nobody, and whom it belongs to takes it."""
    is_kept: bool = False
    """A person wants it there; it stays."""


@dataclass(frozen=True, slots=True)
class Situation:
    """All that is decided from."""

    me: Session
    units: Mapping[str, Unit]
    """All units that this host knows, by key."""
    leases: Mapping[str, Lease]
    members: Sequence[Member]
    """Hosts that live."""
    local: Mapping[str, Local]
    moves: Mapping[str, Move] = field(default_factory=dict)
    """Units that are leaving this host, by key."""
    is_draining: bool = False
    """This host gives its units away."""
    is_leaving: bool = False
    """It is being stopped."""
    is_forced: bool = False
    """A person wants the load evened out, busy terminals or not."""

    @property
    def held(self) -> dict[str, Lease]:
        """The leases of this host."""
        return {k: each for k, each in self.leases.items() if each.holder == self.me}

    def local_of(self, key: str) -> Local:
        """Return how a unit stands here."""
        return self.local.get(key, Local())

    def member_of(self, host: str) -> Member | None:
        """Return a host that lives."""
        return next((each for each in self.members if each.host == host), None)


def seats_of(situation: Situation) -> list[Seat]:
    """Return the hosts that may take units."""
    mine = situation.me.host
    stays = not (situation.is_draining or situation.is_leaving)
    return [
        Seat(each.host, each.weight, frozenset(each.labels))
        for each in situation.members
        if (stays if each.host == mine else not each.is_draining)
    ]


def targets_of(situation: Situation, *, keeping: bool = True) -> dict[str, str]:
    """Return the host that each unit belongs to, by key.

    Args:
        situation: As it is.
        keeping: What a person has moved, and what is busy here, stays where it is.
    """
    held = {key: lease.holder.host for key, lease in situation.leases.items()}
    held |= {key: move.host for key, move in situation.moves.items() if move.host}
    kept = {key for key, each in situation.leases.items() if Mark.KEPT in each.marks}
    kept |= {key for key, move in situation.moves.items() if move.is_kept}
    if not situation.is_forced:
        # So that a quiet one goes in place of one that must not.
        kept |= {key for key in situation.held if situation.local_of(key).is_busy}
    return place(
        situation.units.values(),
        seats_of(situation),
        held,
        frozenset(kept if keeping else ()),
    )


def marks_of(situation: Situation, key: str, lease: Lease) -> Marks:
    """Return what a lease of this host is to say."""
    local, marks = situation.local_of(key), lease.marks
    if situation.is_forced:
        marks -= {Mark.KEPT}
    if not local.is_admitted or situation.is_leaving:
        # Why it does not run says nothing of what people want.
        return marks
    return marks | {Mark.OFF} if local.is_off else marks - {Mark.OFF}


def gives_of(situation: Situation) -> dict[str, tuple[Session | None, Marks]]:
    """Return what can be given away now, by key: to whom, and with which marks."""
    gives: dict[str, tuple[Session | None, Marks]] = {}
    for key, lease in situation.held.items():
        local = situation.local_of(key)
        if local.is_admitted or not local.is_gone:
            continue
        if key not in situation.units:
            # Its token is not in the list any more.
            gives[key] = None, NO_MARKS
        elif key in situation.moves:
            move = situation.moves[key]
            member = situation.member_of(move.host)
            marks = (lease.marks - {Mark.KEPT}) | (
                {Mark.KEPT} if move.is_kept else set()
            )
            gives[key] = member.sign.session if member else None, marks
    return gives


def new_moves(situation: Situation, targets: Mapping[str, str]) -> dict[str, Move]:
    """Return which units are to begin to leave now.

    All of a host that is being stopped; else one at a time, and none that is busy
    unless a person wants it.
    """
    mine = situation.me.host
    moving = situation.moves
    staying = [
        key for key in situation.held if key in situation.units and key not in moving
    ]
    if situation.is_leaving:
        return {key: Move(targets.get(key, "")) for key in staying}
    if situation.moves:
        return {}
    asked = situation.is_draining or situation.is_forced
    going = [
        key
        for key in sorted(staying)
        if targets.get(key, mine) != mine
        and (asked or not situation.local_of(key).is_busy)
    ]
    return {key: Move(targets[key]) for key in going[:1]}


def asked_move(situation: Situation, name: str, host: str) -> tuple[str, Move]:
    """Return the key of a unit that a person moves, and the move.

    Raises:
        CoderBotError: When it is not here, or cannot be there.
    """
    units = {unit.name: unit for unit in situation.units.values()}
    if name not in units:
        known = ", ".join(sorted(units)) or "none"
        raise CoderBotError(f"There is no bot {name!r}", f"Bots: {known}.")
    unit = units[name]
    if unit.key not in situation.held:
        raise CoderBotError(f"{name} is not on {situation.me.host}")
    seats = {seat.host: seat for seat in seats_of(situation)}
    if host not in seats:
        able = ", ".join(sorted(seats)) or "none"
        raise CoderBotError(f"{host} takes no bots", f"Hosts that do: {able}.")
    if not seats[host].suits(unit):
        raise CoderBotError(
            f"{name} needs a host with the label {unit.pin}",
            "Change CLUSTER_PIN, or the CLUSTER_LABELS of that host.",
        )
    return unit.key, Move(host, is_kept=True)


def planned_moves(situation: Situation) -> list[tuple[str, str, str]]:
    """Return what moves in the whole cluster when a person evens it out.

    Returns:
        Name of the unit, from, to; by name.
    """
    targets = targets_of(situation, keeping=False)
    return sorted(
        (situation.units[key].name, lease.holder.host, targets[key])
        for key, lease in situation.leases.items()
        if targets.get(key, lease.holder.host) != lease.holder.host
    )


def has_arrived(situation: Situation, key: str, host: str) -> bool:
    """Tell whether a unit that was given to a host serves its users there.

    Also when there is nothing to wait for any more.
    """
    lease, member = situation.leases.get(key), situation.member_of(host)
    unit = situation.units.get(key)
    if lease is None or member is None or unit is None or lease.holder.host != host:
        return True
    return Mark.OFF in lease.marks or unit.name in member.units


def absence_of(
    situation: Situation, key: str, targets: Mapping[str, str], is_settled: bool
) -> tuple[str, str]:
    """Return which host has a unit that is not here, or why none has it."""
    lease = situation.leases.get(key)
    if lease is not None and lease.holder.host != situation.me.host:
        return lease.holder.host, ""
    pin = situation.units[key].pin
    if key not in targets and pin:
        return "", f"waits for a host with the label {pin} (CLUSTER_PIN)"
    if key not in targets:
        return "", "waits for a host that takes bots"
    if not is_settled:
        return "", "waits until leases of before have ended"
    return "", f"waits for {targets[key]}"
