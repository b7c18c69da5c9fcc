"""Every metric there is: its name, its meaning, and where its values come from (pure).

`python -m scripts.reference` writes docs/reference/metrics.md, the page about them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from coderbot.supervisor.clusterview import ClusterSnapshot, HostSnapshot
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.state import BotState
from coderbot.wire import WorkerStatus

Sample = tuple[dict[str, str], float]
"""Labels and value."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the metrics are made of, at one moment."""

    version: str
    uptime_s: float
    """Of the supervisor."""
    rss_bytes: int
    """Of the supervisor."""
    is_ready: bool
    bots: Sequence[BotSnapshot]
    lines: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """By bot, and `parent`: lines added, and how many of them are no longer kept."""
    cluster: ClusterSnapshot | None = None
    """The hosts that share the bots; None for a host alone."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """One metric."""

    name: str
    kind: Literal["gauge", "counter"]
    meaning: str
    labels: tuple[str, ...]
    read: Callable[[Facts], Iterable[Sample]]


def _of_bots(
    name: str,
    kind: Literal["gauge", "counter"],
    meaning: str,
    value: Callable[[BotSnapshot], float | None],
) -> Gauge:
    """Return a metric with one value for each bot that has one."""

    def read(facts: Facts) -> Iterable[Sample]:
        for bot in facts.bots:
            number = value(bot)
            if number is not None:
                yield _labels(bot), number

    return Gauge(f"coderbot_bot_{name}", kind, meaning, ("bot", "host"), read)


def _labels(bot: BotSnapshot, **more: str) -> dict[str, str]:
    """Return the labels of a bot; `host` is empty for a host alone, which is none."""
    return {"bot": bot.bot, **more, "host": bot.host}


def _of_fleet(name: str, meaning: str, value: Callable[[Facts], float]) -> Gauge:
    return Gauge(f"coderbot_{name}", "gauge", meaning, (), lambda f: [({}, value(f))])


def _states(facts: Facts) -> Iterable[Sample]:
    for bot in facts.bots:
        for state in BotState:
            yield _labels(bot, state=state.value), float(bot.state is state)


def _statuses(facts: Facts) -> Iterable[Sample]:
    for bot in facts.bots:
        for status in get_args(WorkerStatus):
            yield _labels(bot, status=status), float(bot.status == status)


def _infos(facts: Facts) -> Iterable[Sample]:
    for bot in facts.bots:
        yield _labels(bot, username=bot.username), 1.0


def _exits(facts: Facts) -> Iterable[Sample]:
    for bot in facts.bots:
        for cause, count in bot.exits:
            yield _labels(bot, cause=cause), float(count)


def _of_hosts(name: str, meaning: str, value: Callable[[HostSnapshot], float]) -> Gauge:
    """Return a metric with one value for each host that shares the bots."""

    def read(facts: Facts) -> Iterable[Sample]:
        for host in facts.cluster.hosts if facts.cluster is not None else ():
            yield {"host": host.host}, value(host)

    return Gauge(f"coderbot_cluster_host_{name}", "gauge", meaning, ("host",), read)


def _of_cluster(
    name: str, meaning: str, value: Callable[[ClusterSnapshot], float | None]
) -> Gauge:
    """Return a metric of the hosts that share the bots; none for a host alone."""

    def read(facts: Facts) -> Iterable[Sample]:
        number = None if facts.cluster is None else value(facts.cluster)
        if number is not None:
            yield {}, number

    return Gauge(f"coderbot_cluster_{name}", "gauge", meaning, (), read)


def _lines(position: int) -> Callable[[Facts], Iterable[Sample]]:
    def read(facts: Facts) -> Iterable[Sample]:
        for bot, counts in facts.lines.items():
            yield {"bot": bot}, float(counts[position])

    return read


def _counted(name: str) -> Callable[[BotSnapshot], float]:
    """Return what reads one of the numbers that workers count."""
    return lambda bot: float(getattr(bot.counters, name))


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


GAUGES = (
    Gauge(
        "coderbot_supervisor_info",
        "gauge",
        "Always 1; the version of the supervisor is a label.",
        ("version",),
        lambda facts: [({"version": facts.version}, 1.0)],
    ),
    _of_fleet(
        "supervisor_uptime_seconds", "Age of the supervisor.", lambda f: f.uptime_s
    ),
    _of_fleet(
        "supervisor_resident_memory_bytes",
        "Memory of the supervisor itself.",
        lambda f: f.rss_bytes,
    ),
    _of_fleet(
        "fleet_ready",
        "1 once every bot was READY, or had shown that it would not be soon.",
        lambda f: f.is_ready,
    ),
    _of_fleet("fleet_bots", "How many bots there are.", lambda f: len(f.bots)),
    Gauge(
        "coderbot_bot_info",
        "gauge",
        "Always 1; the @username of the bot is a label.",
        ("bot", "username", "host"),
        _infos,
    ),
    Gauge(
        "coderbot_bot_state",
        "gauge",
        "1 for the state that the bot is in, 0 for the others.",
        ("bot", "state", "host"),
        _states,
    ),
    Gauge(
        "coderbot_bot_status",
        "gauge",
        "1 for how the worker stands with Telegram, 0 for the others.",
        ("bot", "status", "host"),
        _statuses,
    ),
    _of_bots("starts_total", "counter", "Processes started.", lambda b: b.run),
    _of_bots(
        "restarts_total",
        "counter",
        "Starts after the first that nobody asked for by `start`.",
        lambda b: b.restarts,
    ),
    Gauge(
        "coderbot_bot_exits_total",
        "counter",
        "Processes that have ended: `asked`, `not ready`, `exit 1`, `SIGKILL`, …",
        ("bot", "cause", "host"),
        _exits,
    ),
    _of_bots(
        "crashes_in_row",
        "gauge",
        "Crashes without a stable run between them.",
        lambda b: b.crashes_in_row,
    ),
    _of_bots(
        "uptime_seconds", "gauge", "Age of the worker's process.", lambda b: b.uptime_s
    ),
    _of_bots(
        "next_start_seconds",
        "gauge",
        "Time to the next start, while the bot waits for one.",
        lambda b: b.next_start_in_s,
    ),
    _of_bots(
        "resident_memory_bytes",
        "gauge",
        "Memory of the worker and all that it started.",
        lambda b: b.rss_bytes,
    ),
    _of_bots(
        "cpu_ratio",
        "gauge",
        "Processor time per time, of the worker and all that it started; 1 is one CPU.",
        lambda b: None if b.cpu_percent is None else b.cpu_percent / 100,
    ),
    _of_bots(
        "processes",
        "gauge",
        "Processes: the worker and all that it started.",
        lambda b: b.processes,
    ),
    _of_bots(
        "poll_age_seconds",
        "gauge",
        "Time since the last finished getUpdates, as the last heartbeat told.",
        lambda b: b.poll_age_s,
    ),
    _of_bots(
        "loop_lag_seconds",
        "gauge",
        "How late the worker's event loop was.",
        lambda b: _seconds(b.loop_lag_ms),
    ),
    _of_bots("terminals", "gauge", "Open terminals.", lambda b: b.terminals),
    *(
        _of_bots(f"{name}_total", "counter", meaning, _counted(name))
        for name, meaning in {
            "updates": "Updates received, each once.",
            "messages": "Calls that have sent a message.",
            "edits": "Calls that have edited a message.",
            "deletes": "Calls that have deleted messages.",
            "flood_waits": "Calls that Telegram has answered with 429.",
            "outbox_dropped": "Messages, edits and deletions not even tried.",
            "outbox_wait_seconds": "How long calls have waited for their turn.",
            "media_bytes": "Bytes of the files brought to users, once for each user.",
        }.items()
    ),
    _of_bots(
        "outbox_queued",
        "gauge",
        "Calls that wait for their turn in a chat, or are under way.",
        lambda b: b.outbox_queued,
    ),
    _of_bots("media_sent_total", "counter", "Files sent.", lambda b: b.media_sent),
    _of_bots(
        "media_failed_total",
        "counter",
        "Files that can never be sent.",
        lambda b: b.media_failed,
    ),
    _of_bots(
        "media_pending",
        "gauge",
        "Files that wait to be sent.",
        lambda b: b.media_pending,
    ),
    _of_bots(
        "strangers_total",
        "counter",
        "Messages of users who may not use the bot, as far as they were told of.",
        lambda b: b.strangers,
    ),
    Gauge(
        "coderbot_log_lines_total",
        "counter",
        "Log lines, by bot, `parent` or `control`.",
        ("bot",),
        _lines(0),
    ),
    Gauge(
        "coderbot_log_lines_dropped_total",
        "counter",
        "Log lines that are no longer kept in memory, by bot, `parent` or `control`.",
        ("bot",),
        _lines(1),
    ),
    _of_hosts(
        "up",
        "1 for a host that shares the bots and was heard lately, 0 for one that is gone.",
        lambda host: host.is_alive,
    ),
    _of_hosts("bots", "Bots that a host runs.", lambda host: len(host.bots)),
    _of_hosts(
        "draining",
        "1 while a host gives its bots away and takes none.",
        lambda host: host.state == "draining",
    ),
    _of_hosts(
        "silent_seconds", "Time since a host was heard.", lambda host: host.silent_s
    ),
    _of_cluster(
        "leases", "Bots whose lease a host has.", lambda cluster: cluster.leases
    ),
    _of_cluster(
        "redis_up",
        "0 while Redis does not answer this host.",
        lambda cluster: not cluster.trouble,
    ),
    _of_cluster(
        "redis_round_trip_seconds",
        "How long Redis took for the last beat of this host.",
        lambda cluster: _seconds(cluster.round_trip_ms),
    ),
)

_PAGE = """\
# Metrics

<!-- Made by `python -m scripts.reference`. -->

`METRICS_PORT=9464` (off by default) makes the supervisor serve, on 127.0.0.1 alone:

| path | answers |
| --- | --- |
| `/metrics` | the numbers below, as Prometheus text |
| `/healthz` | 200 while the event loop of the supervisor turns |
| `/readyz` | 200 once the fleet is ready and until it is being stopped, else 503 |

Only `GET` with the `Host` of this machine is answered. To scrape from elsewhere, put a proxy with a login before it.
[grafana-dashboard.json](../grafana-dashboard.json) draws them. Counters begin anew with the supervisor.

Where several hosts share the bots, each of them tells of all bots, `host` being the one that runs it; that label is missing
on a host alone. Scrape one of them, or all and take `max by (bot)`. Of lines and of its own process each host tells alone.

| metric | kind | labels | meaning |
| --- | --- | --- | --- |
"""


def render_page() -> str:
    """Return the text of docs/reference/metrics.md."""
    return _PAGE + "".join(
        f"| `{each.name}` | {each.kind} | {', '.join(each.labels)} | {each.meaning} |\n"
        for each in GAUGES
    )
