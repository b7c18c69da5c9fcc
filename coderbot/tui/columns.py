"""Which columns the table has in a given width, and how wide each is (pure)."""

from collections.abc import Callable
from dataclasses import dataclass

from coderbot.supervisor.events import BotSnapshot
from coderbot.tui import rows
from coderbot.tui.rows import Cell

_ROOMY = 100
"""From this width on, columns stand two cells apart instead of one."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table."""

    key: str
    label: str
    cell: Callable[[BotSnapshot], Cell]
    least: int
    """Narrowest useful width, in cells."""
    most: int
    """Widest useful width, in cells."""
    rank: int
    """Columns of a high rank leave first when room is short."""
    right: bool = False
    """Numbers stand right."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A column with the width it was given."""

    column: Column
    width: int
    """Cells for the text."""
    gap: int
    """Empty cells behind it."""


ACTIVITY = "activity"
"""Key of the column whose text comes from the log, not from a snapshot."""

_ENDLESS = 10_000
_COLUMNS = (
    Column("bot", "bot", lambda bot: Cell(bot.bot, "strong"), 6, 7, 0),
    Column("username", "username", rows.username_cell, 12, 26, 2),
    Column("state", "state", rows.state_cell, 13, 14, 1),
    Column("status", "telegram", rows.status_cell, 8, 9, 4),
    Column("pid", "pid", lambda bot: rows.number_cell(bot.pid), 7, 7, 8, True),
    Column(
        "uptime",
        "up",
        lambda bot: rows.optional_cell(bot.uptime_s, rows.duration),
        7,
        8,
        5,
        True,
    ),
    Column("restarts", "rst", rows.restarts_cell, 3, 4, 6, True),
    Column(
        "memory",
        "mem",
        lambda bot: rows.optional_cell(bot.rss_bytes, lambda n: rows.size(int(n))),
        7,
        7,
        7,
        True,
    ),
    Column("terminals", "term", rows.terminals_cell, 4, 4, 9, True),
    Column(
        "polled",
        "polled",
        lambda bot: rows.optional_cell(bot.poll_age_s, rows.duration),
        7,
        7,
        11,
        True,
    ),
    Column(
        "lag",
        "lag",
        lambda bot: rows.optional_cell(bot.loop_lag_ms, lambda ms: f"{ms:.0f} ms"),
        7,
        7,
        12,
        True,
    ),
    Column(
        "media",
        "queue",
        lambda bot: rows.number_cell(bot.media_pending),
        5,
        5,
        13,
        True,
    ),
    Column(ACTIVITY, ACTIVITY, lambda _: Cell(""), 12, 12, 10),
    Column("error", "last error", rows.error_cell, 15, _ENDLESS, 3),
)
_SHARE = 2
"""Of spare cells, a column takes half; the last error takes the rest."""
_EXTRA = 10
"""From this rank on, a column comes in only where there is room to spare."""
_WIDE_ERROR = 20
"""Cells that the last error gets beyond its least before such columns come in."""


def placed(width: int) -> tuple[Placed, ...]:
    """Return the columns that fit into `width` cells; together they fill it."""
    gap = 2 if width >= _ROOMY else 1
    chosen = _chosen(width, gap)
    spare = max(0, width - sum(column.least + gap for column in chosen))
    widths = {}
    for column in sorted(chosen, key=lambda column: column.most):
        share = spare if column.most == _ENDLESS else spare // _SHARE
        extra = min(share, column.most - column.least)
        widths[column.key] = column.least + extra
        spare -= extra
    return tuple(Placed(column, widths[column.key], gap) for column in chosen)


def _chosen(width: int, gap: int) -> list[Column]:
    kept, room = set(), width
    for column in sorted(_COLUMNS, key=lambda column: column.rank):
        reserve = _WIDE_ERROR if column.rank >= _EXTRA else 0
        if column.least + gap + reserve <= room or column.rank == 0:
            kept.add(column.key)
            room -= column.least + gap
    return [column for column in _COLUMNS if column.key in kept]
