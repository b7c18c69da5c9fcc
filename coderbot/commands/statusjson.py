"""What `status --json` prints: fields are added without a new number, none vanishes.

`python -m scripts.reference` makes docs/reference/status-json.md of it (pure).
"""

from typing import Any, TypeVar

import msgspec

from coderbot.supervisor.clusterview import ClusterSnapshot
from coderbot.supervisor.controlwire import FleetStatus
from coderbot.supervisor.events import BotSnapshot
from coderbot.wire import Counters

_S = TypeVar("_S", bound=msgspec.Struct)

SCHEMA = 1
"""Version of the document."""


class SupervisorStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The supervisor itself."""

    pid: int
    """Of its process."""
    uptime_s: float
    """Its age in seconds."""
    version: str
    """Of the program."""


class BotStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One bot, or the control bot, as it stood at the moment of asking."""

    id: str
    """`bot-0`: the index of its token, from 0; the control bot is `control`."""
    username: str
    """Without the @; empty until it was ready once."""
    state: str
    """`stopped`, `starting`, `running` (ready), `stopping`, `backoff` (crashed, the
    next start is scheduled) or `failed` (not started again by itself)."""
    reason: str
    """Why it failed, crashed or is held up; empty while all is well."""
    status: str
    """Between the worker and Telegram: `polling`, `conflict`, `offline`, `stopping`,
    or empty."""
    pid: int | None
    """Of its process; null when there is none."""
    uptime_s: float | None
    """Age of its process in seconds; null when there is none."""
    restarts: int
    """Starts after the first that nobody asked for by `start`."""
    crashes_in_row: int
    """Crashes without a good run between them."""
    next_start_in_s: float | None
    """Seconds to the next start, in state `backoff`; else null."""
    rss_bytes: int | None
    """Memory of the worker and all that it started; null when not known."""
    cpu_percent: float | None
    """Of one CPU, used by the worker and all that it started; null until measured."""
    terminals: int
    """Open terminals."""
    last_exit: str
    """How the last process ended: `exit 1`, `SIGKILL`; empty before."""
    poll_age_s: float | None
    """Seconds since its last finished getUpdates, as its last heartbeat told; null
    when not known."""
    outbox_queued: int
    """Calls of the Bot API that wait for their turn in a chat, or are under way."""
    counters: Counters
    """What its workers have done since the supervisor started, as their heartbeats
    told: what a worker counted in the 5 s before a crash is missing."""
    host: str
    """The host that runs it, where several share the bots; empty: there is but one,
    or none has it."""


class HostStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One of several hosts that share the bots."""

    name: str
    state: str
    """`here` (the one that answers), `there`, `draining` (it gives its bots away),
    `gone`, or `stranger` (it has another key)."""
    bots: list[str]
    """Ids of those that it runs; of one that is gone: that it ran."""
    silent_s: float
    """Since it was last heard, in seconds."""
    weight: float
    labels: list[str]
    version: str
    media_root: str
    """Where the media directories of its bots lie, on that host."""


class ClusterStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The hosts that share the bots; `cluster status --json` prints this alone."""

    here: str
    """The host that answers."""
    trouble: str
    """What is wrong between it and Redis; empty: nothing."""
    redis_round_trip_ms: float | None
    """How long Redis took for its last beat; null before the first."""
    leases: int
    """Bots whose lease some host has."""
    hosts: list[HostStatus]
    """By name."""


class StatusDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer."""

    schema: int = SCHEMA
    """Version of this document."""
    supervisor: SupervisorStatus
    """Who answers."""
    bots: list[BotStatus]
    """In the order of their tokens."""
    control_bot: BotStatus | None
    """Null when there is none."""
    cluster: ClusterStatus | None
    """Null for a host alone."""


def status_json(status: FleetStatus) -> dict[str, Any]:
    """Return what `status --json` prints."""
    aide = status.control_bot
    document = StatusDocument(
        supervisor=_filled(SupervisorStatus, status),
        bots=[_bot(bot) for bot in status.bots],
        control_bot=None if aide is None else _bot(aide),
        cluster=None if status.cluster is None else _cluster(status.cluster),
    )
    return _builtins(document)


def bot_json(bot: BotSnapshot) -> dict[str, Any]:
    """Return one bot of `status --json`."""
    return _builtins(_bot(bot))


def cluster_json(cluster: ClusterSnapshot) -> dict[str, Any]:
    """Return what `cluster status --json` prints."""
    return _builtins(_cluster(cluster))


def _builtins(document: msgspec.Struct) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(document)
    return found


def _bot(bot: BotSnapshot) -> BotStatus:
    return _filled(BotStatus, bot, id=bot.bot)


def _cluster(cluster: ClusterSnapshot) -> ClusterStatus:
    return _filled(
        ClusterStatus,
        cluster,
        redis_round_trip_ms=_shown(cluster.round_trip_ms),
        hosts=[_filled(HostStatus, host, name=host.host) for host in cluster.hosts],
    )


def _filled(kind: type[_S], source: object, **others: Any) -> _S:
    """Return a part of the document.

    Args:
        kind: Of it.
        source: Has an attribute of the same name for each field but the `others`.
        others: Fields that bear another name there.
    """
    names = [name for name in kind.__struct_fields__ if name not in others]
    return kind(**{name: _shown(getattr(source, name)) for name in names}, **others)


def _shown(value: Any) -> Any:
    """Return a value as the document has it: numbers to three places."""
    if isinstance(value, float):
        return round(value, 3)
    return list(value) if isinstance(value, tuple) else value
