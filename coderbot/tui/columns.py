"""Which columns the table has in a given width, and how wide each is (pure)."""

from collections.abc import Callable
from dataclasses import dataclass

from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.state import BotState
from coderbot.tui import rows
from coderbot.tui.rows import Cell

_ROOMY = 140
"""From this width on, columns stand two cells apart instead of one."""

Rank = float | str
"""What a column is sorted by."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table."""

    key: str
    label: str
    cell: Callable[[BotSnapshot], Cell]
    order: Callable[[BotSnapshot], Rank | None]
    """What it is sorted by; bots with None stand last."""
    least: int
    """Narrowest useful width, in cells."""
    most: int
    """Widest useful width, in cells."""
    rank: int
    """Columns of a high rank leave first when room is short."""
    right: bool = False
    """Numbers stand right, and are sorted from the largest."""
    trend: bool = False
    """What the cell's number leaves of the width shows how it has changed."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A column with the width it was given."""

    column: Column
    width: int
    """Cells for the text."""
    gap: int
    """Empty cells behind it."""

    @property
    def trend_width(self) -> int:
        """Cells for the picture of what was, behind the number."""
        spare = self.width - self.column.least - 1
        return spare if self.column.trend and spare > 2 else 0


_STATE_ORDER = (
    BotState.FAILED,
    BotState.BACKOFF,
    BotState.STOPPING,
    BotState.STARTING,
    BotState.RUNNING,
    BotState.STOPPED,
)
"""From what needs a look to what does not."""

_ENDLESS = 10_000
COLUMNS = (
    Column(
        "bot",
        "bot",
        lambda bot: Cell(bot.bot, "strong"),
        lambda bot: bot.index,
        6,
        7,
        0,
    ),
    Column(
        "username",
        "username",
        rows.username_cell,
        lambda bot: bot.username.lower() or None,
        12,
        26,
        2,
    ),
    Column(
        "host",
        "host",
        rows.host_cell,
        lambda bot: bot.host.lower() or None,
        6,
        16,
        2,
    ),
    Column(
        "state",
        "state",
        rows.state_cell,
        lambda bot: _STATE_ORDER.index(bot.state),
        13,
        14,
        1,
    ),
    Column(
        "status",
        "telegram",
        rows.status_cell,
        lambda bot: rows.status_cell(bot).text.replace(rows.NOTHING, "") or None,
        8,
        9,
        4,
    ),
    Column(
        "pid",
        "pid",
        lambda bot: rows.number_cell(bot.pid),
        lambda bot: bot.pid,
        7,
        7,
        8,
        True,
    ),
    Column(
        "uptime",
        "up",
        lambda bot: rows.optional_cell(bot.uptime_s, rows.duration),
        lambda bot: bot.uptime_s,
        7,
        8,
        5,
        True,
    ),
    Column(
        "restarts", "rst", rows.restarts_cell, lambda bot: bot.restarts, 3, 4, 6, True
    ),
    Column(
        "cpu", "cpu", rows.cpu_cell, lambda bot: bot.cpu_percent, 5, 15, 9, True, True
    ),
    Column(
        "memory",
        "mem",
        lambda bot: rows.optional_cell(bot.rss_bytes, lambda n: rows.size(int(n))),
        lambda bot: bot.rss_bytes,
        7,
        17,
        7,
        True,
        True,
    ),
    Column(
        "terminals",
        "term",
        rows.terminals_cell,
        lambda bot: bot.terminals,
        4,
        4,
        10,
        True,
    ),
    Column(
        "media",
        "media",
        rows.media_cell,
        lambda bot: bot.media_pending * 1e6 + bot.media_failed * 1e3 + bot.media_sent,
        7,
        9,
        11,
        True,
    ),
    Column(
        "polled",
        "polled",
        lambda bot: rows.optional_cell(bot.poll_age_s, rows.duration),
        lambda bot: bot.poll_age_s,
        7,
        7,
        13,
        True,
    ),
    Column(
        "lag",
        "lag",
        lambda bot: rows.optional_cell(bot.loop_lag_ms, lambda ms: f"{ms:.0f} ms"),
        lambda bot: bot.loop_lag_ms,
        7,
        7,
        14,
        True,
    ),
    Column("lines", "lines/s", lambda _: Cell(""), lambda _: None, 12, 12, 12),
    Column(
        "error",
        "last error",
        rows.error_cell,
        lambda bot: rows.error_cell(bot).text.lower() or None,
        12,
        _ENDLESS,
        3,
    ),
)
"""All of them, from left to right."""

_SHARE = 2
"""Of spare cells, a column takes half; the last error takes the rest."""
_LEAST_TREND = 4
"""Cells of the shortest trend, with the one before it."""
_EXTRA = 12
"""From this rank on, a column comes in only where there is room to spare."""
_WIDE_ERROR = 20
"""Cells that the last error gets beyond its least before such columns come in."""


def placed(width: int, *, hosts: bool = False) -> tuple[Placed, ...]:
    """Return the columns that fit into `width` cells; together they fill it.

    Args:
        width: In cells.
        hosts: Whether several hosts share the bots, so that a column says whose each is.
    """
    gap = 2 if width >= _ROOMY else 1
    chosen = _chosen(width, gap, hosts)
    spare = max(0, width - sum(column.least + gap for column in chosen))
    widths = {}
    for column in sorted(chosen, key=lambda column: (not column.trend, column.most)):
        extra = min(_share(column, spare), column.most - column.least)
        widths[column.key] = column.least + extra
        spare -= extra
    return tuple(Placed(column, widths[column.key], gap) for column in chosen)


def _share(column: Column, spare: int) -> int:
    """Return how many spare cells a column may have."""
    if column.most == _ENDLESS:
        return spare
    if column.trend:
        # A picture of less than three cells says nothing.
        return max(_LEAST_TREND, spare // 4) if spare >= 2 * _LEAST_TREND else 0
    return spare // _SHARE


def _chosen(width: int, gap: int, hosts: bool) -> list[Column]:
    kept, room = set(), width
    for column in sorted(COLUMNS, key=lambda column: column.rank):
        if column.key == "host" and not hosts:
            continue
        reserve = _WIDE_ERROR if column.rank >= _EXTRA else 0
        if column.least + gap + reserve <= room or column.rank == 0:
            kept.add(column.key)
            room -= column.least + gap
    return [column for column in COLUMNS if column.key in kept]
