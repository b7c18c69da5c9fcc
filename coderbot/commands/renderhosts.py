"""What `coderbot cluster` prints (pure)."""

from collections.abc import Sequence

from coderbot.commands.render import painted, table
from coderbot.plaintext import one_line
from coderbot.supervisor.clusterview import ClusterSnapshot, PlannedMove

_HOST_HEADINGS = (
    "HOST",
    "STATE",
    "BOTS",
    "WEIGHT",
    "LABELS",
    "HEARD",
    "VERSION",
    "MEDIA",
)
_HOST_COLOURS: dict[str, str] = {
    "here": "32",
    "there": "32",
    "draining": "33",
    "gone": "31",
    "stranger": "31",
}


def cluster_text(cluster: ClusterSnapshot, colour: bool) -> str:
    """Return what `cluster status` prints."""
    rows = [
        (
            one_line(host.host),
            host.state,
            str(len(host.bots)),
            f"{host.weight:g}",
            one_line(",".join(host.labels)) or "-",
            "-" if host.state == "here" else f"{host.silent_s:.0f} s ago",
            one_line(host.version) or "-",
            one_line(host.media_root) or "-",
        )
        for host in cluster.hosts
    ]

    def paint(_row: int, heading: str, cell: str) -> str:
        return painted(cell, _HOST_COLOURS[cell] if heading == "STATE" else "", colour)

    redis = one_line(cluster.trouble) or "answers"
    if cluster.round_trip_ms is not None and not cluster.trouble:
        redis += f" in {cluster.round_trip_ms:.1f} ms"
    head = f"Host {one_line(cluster.here)}; Redis {redis}; {cluster.leases} leases"
    return "\n".join(
        [head, "", *table(_HOST_HEADINGS, rows, frozenset({"BOTS", "WEIGHT"}), paint)]
    )


def moves_text(moves: Sequence[PlannedMove]) -> str:
    """Return what `cluster rebalance` prints."""
    if not moves:
        return "Every bot is where it belongs."
    rows = [
        tuple(map(one_line, (move.bot, move.source, move.target))) for move in moves
    ]
    return "\n".join(table(("BOT", "FROM", "TO"), rows))
