"""One row of the table: the cells of a bot side by side (pure)."""

from collections.abc import Callable, Iterator, Sequence

from coderbot.supervisor.events import BotSnapshot
from coderbot.tui.botorder import BotOrder
from coderbot.tui.columns import COLUMNS, Placed
from coderbot.tui.plain import fitted
from coderbot.tui.rows import Cell

MARGIN = 1
"""Cells on the left, for the mark."""
_MARK = "✓"
_FIRST = COLUMNS[0].key

Trend = Callable[[str, str, int], str]
"""Draws what a column (its key) of a bot has been lately, in so many cells."""


def titles(columns: Sequence[Placed], order: BotOrder) -> str:
    """Return the titles of the columns; an arrow stands at what bots are sorted by."""
    return " " * MARGIN + "".join(_title(place, order) for place in columns)


def row(
    bot: BotSnapshot, columns: Sequence[Placed], trend: Trend, *, marked: bool
) -> tuple[Cell, ...]:
    """Return what a row shows from left to right, the gaps between columns included.

    Args:
        bot: It.
        columns: What it is told in.
        trend: Draws the past of a cell.
        marked: Whether the bot is marked.
    """
    mark = Cell(_MARK if marked else " " * MARGIN, "strong")
    cells = [cell for place in columns for cell in _cells(bot, place, trend)]
    return (mark, *cells)


def column_at(columns: Sequence[Placed], x: int) -> Placed | None:
    """Return the column that a cell of a row belongs to; None right of the last."""
    end = MARGIN
    for place in columns:
        end += place.width + place.gap
        if x < end:
            return place
    return None


def _cells(bot: BotSnapshot, place: Placed, trend: Trend) -> Iterator[Cell]:
    column, gap = place.column, " " * place.gap
    if column.key == "lines":
        yield Cell(trend(bot.bot, "lines", place.width) + gap, "busy")
        return
    cell = column.cell(bot)
    text = fitted(cell.text, _text_width(place), right=column.right)
    if not place.trend_width:
        yield Cell(text + gap, cell.tone)
        return
    past = trend(bot.bot, column.key, place.trend_width) if bot.pid else ""
    yield Cell(text + " ", cell.tone)
    yield Cell(fitted(past, place.trend_width, right=True) + gap, "muted")


def _title(place: Placed, order: BotOrder) -> str:
    column, width = place.column, _text_width(place)
    label = column.label
    if column.key == order.key and column.key != _FIRST:
        label = fitted(label, min(len(label), width - 1)) + order.arrow
    label = fitted(label, width, right=column.right)
    return fitted(label, place.width) + " " * place.gap


def _text_width(place: Placed) -> int:
    """Return the cells of a column that no trend takes."""
    return place.width - place.trend_width - bool(place.trend_width)
