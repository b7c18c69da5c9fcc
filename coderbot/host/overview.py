"""All hosts and bots, from what each host tells (pure)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from coderbot.cluster.session import Session
from coderbot.control.aging import aged
from coderbot.host.report import Report
from coderbot.supervisor.clusterview import ClusterSnapshot, HostSnapshot, HostState
from coderbot.supervisor.events import BotSnapshot


@dataclass(frozen=True, slots=True)
class Heard:
    """What another host has told."""

    session: Session
    report: Report
    age_s: float
    """How long ago, in seconds."""
    is_alive: bool = True
    is_draining: bool = False
    weight: float = 1.0
    labels: tuple[str, ...] = ()

    def bot(self, bot: str) -> BotSnapshot | None:
        """Return how one of its bots stands now, if it has it."""
        found = next((each for each in self.report.bots if each.bot == bot), None)
        if found is None:
            return None
        return replace(aged(found, self.age_s), host=self.session.host)


def owner_of(local: BotSnapshot, others: Collection[Heard]) -> Heard | None:
    """Return the host that runs a bot which does not run here; None: none does.

    Args:
        local: The bot as this host sees it; `host` is who has the lease.
        others: What the other hosts have told.
    """
    claims = [each for each in others if each.is_alive and each.bot(local.bot)]
    by_lease = [each for each in claims if each.session.host == local.host]
    return next(iter(by_lease or claims), None)


def merged(
    here: str,
    local: Sequence[BotSnapshot],
    is_here: Callable[[BotSnapshot], bool],
    others: Collection[Heard],
) -> list[BotSnapshot]:
    """Return all bots, each as the host tells that runs it."""
    return [_merged(here, bot, is_here(bot), others) for bot in local]


def _merged(
    here: str, local: BotSnapshot, is_here: bool, others: Collection[Heard]
) -> BotSnapshot:
    if is_here:
        return replace(local, host=here)
    owner = owner_of(local, others)
    told = owner.bot(local.bot) if owner is not None else None
    return local if told is None else told


def changed(
    before: Mapping[str, BotSnapshot], after: Sequence[BotSnapshot]
) -> list[BotSnapshot]:
    """Return the bots of other hosts that stand otherwise than before."""
    return [
        bot
        for bot in after
        if bot.bot not in before or _lasting(before[bot.bot]) != _lasting(bot)
    ]


def _lasting(bot: BotSnapshot) -> BotSnapshot:
    """Return what does not change by time alone."""
    return replace(bot, uptime_s=None, next_start_in_s=None, poll_age_s=None)


def cluster_snapshot(
    own: HostSnapshot,
    others: Collection[Heard],
    strangers: Collection[str],
    *,
    trouble: str = "",
    round_trip_ms: float | None = None,
    leases: int = 0,
) -> ClusterSnapshot:
    """Return how all hosts stand.

    Args:
        own: This host.
        others: What the others have told.
        strangers: Hosts that have another key.
        trouble: What is wrong with Redis.
        round_trip_ms: How long Redis took, in milliseconds.
        leases: How many leases somebody has.
    """
    hosts = [
        own,
        *map(_host, others),
        *(HostSnapshot(name, "stranger") for name in strangers),
    ]
    hosts.sort(key=lambda each: each.host)
    return ClusterSnapshot(own.host, tuple(hosts), trouble, round_trip_ms, leases)


def _host(heard: Heard) -> HostSnapshot:
    state: HostState = "draining" if heard.is_draining else "there"
    return HostSnapshot(
        host=heard.session.host,
        state=state if heard.is_alive else "gone",
        bots=tuple(bot.bot for bot in heard.report.bots),
        silent_s=round(heard.age_s, 1),
        weight=heard.weight,
        labels=heard.labels,
        version=heard.report.version,
        media_root=heard.report.media_root,
    )
