"""How several hosts that share the bots stand: frozen facts (pure)."""

from dataclasses import dataclass
from typing import Literal

HostState = Literal["here", "there", "draining", "gone", "stranger"]
"""`here` is the host that tells; `stranger`: it has another CLUSTER_KEY."""


@dataclass(frozen=True, slots=True)
class HostSnapshot:
    """One host, as the one that tells has heard of it."""

    host: str
    state: HostState
    bots: tuple[str, ...] = ()
    """Ids of the bots that it runs; of one that is gone: that it ran."""
    silent_s: float = 0.0
    """Since it was last heard, in seconds."""
    weight: float = 1.0
    """Share of the bots that it takes, beside the weights of others."""
    labels: tuple[str, ...] = ()
    version: str = ""
    media_root: str = ""
    """Where the media directories of its bots lie, on that host."""

    @property
    def is_alive(self) -> bool:
        """Whether it takes part."""
        return self.state in ("here", "there", "draining")


@dataclass(frozen=True, slots=True)
class ClusterSnapshot:
    """All hosts, as one of them knows them."""

    here: str
    """The host that tells."""
    hosts: tuple[HostSnapshot, ...] = ()
    """By name."""
    trouble: str = ""
    """What is wrong with Redis, in words; empty when nothing is."""
    round_trip_ms: float | None = None
    """How long Redis took for the last tick, in milliseconds."""
    leases: int = 0
    """Bots that somebody has the lease of."""

    @property
    def alive(self) -> tuple[HostSnapshot, ...]:
        """The hosts that take part."""
        return tuple(host for host in self.hosts if host.is_alive)

    def host_of(self, bot: str) -> HostSnapshot | None:
        """Return the host that takes part and runs a bot."""
        return next((host for host in self.alive if bot in host.bots), None)


@dataclass(frozen=True, slots=True)
class PlannedMove:
    """A bot that goes from one host to another."""

    bot: str
    source: str
    target: str
