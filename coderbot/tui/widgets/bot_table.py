"""The wall of bots: one row each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events, on
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import DataTable

from coderbot.supervisor.events import BotSnapshot
from coderbot.tui.botfilter import BotFilter
from coderbot.tui.columns import COLUMNS, Placed, arranged, placed
from coderbot.tui.keys import TABLE_KEYS
from coderbot.tui.plain import fitted
from coderbot.tui.rows import Cell, only_measures

_TONES = ("plain", "strong", "muted", "good", "busy", "warning", "bad", "special")
_MARGIN = 1
"""Cells on the left, for the mark."""
_MARK = "✓"
_FIRST = COLUMNS[0].key

Trend = Callable[[str, str, int], str]
"""Draws what a column (its key) of a bot has been lately, in so many cells."""


class BotTable(DataTable[Text], inherit_bindings=False):
    """Bots, sorted and filtered; cells are updated in place, so the selection stays.

    Args:
        trend: Draws the past of a cell.
        id: The id of the widget.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"bot-table--{tone}" for tone in _TONES}
    BINDINGS: ClassVar[list[BindingType]] = [*TABLE_KEYS]

    @dataclass
    class BotHighlighted(Message):
        """Another bot is the selected one."""

        bot_table: "BotTable"
        bot: str

        @property
        def control(self) -> "BotTable":
            """The table it is about."""
            return self.bot_table

    @dataclass
    class BotChosen(BotHighlighted):
        """A bot was chosen with Enter or a second click."""

    @dataclass
    class ViewChanged(Message):
        """Marks, order or filter have changed."""

        bot_table: "BotTable"

        @property
        def control(self) -> "BotTable":
            """The table it is about."""
            return self.bot_table

    def __init__(self, trend: Trend, *, id: str | None = None) -> None:
        super().__init__(
            id=id,
            cursor_type="row",
            cell_padding=0,
            show_row_labels=False,
            cursor_foreground_priority="renderable",
        )
        self._trend = trend
        self._styles_of_tones: dict[str, Style] = {}
        self._bots: dict[str, BotSnapshot] = {}
        self._shown: dict[tuple[str, str], Cell] = {}
        self._placed: tuple[Placed, ...] = ()
        self._names: list[str] = []
        self._told: str | None = None
        self._marked: set[str] = set()
        self._filter = BotFilter()
        self._sorted_by = _FIRST
        self._descending = False

    @property
    def selected(self) -> BotSnapshot | None:
        """The bot under the cursor; None in an empty fleet.

        Read from the cursor itself: the message that it moved may still be on its
        way when the next key already asks for an action.
        """
        return self._bots.get(self._name_at(self.cursor_row) or "")

    @property
    def bots(self) -> Sequence[BotSnapshot]:
        """All bots, by index."""
        return tuple(self._bots.values())

    @property
    def shown(self) -> Sequence[BotSnapshot]:
        """The bots in the table, from top to bottom."""
        return tuple(self._bots[name] for name in self._names)

    @property
    def marked(self) -> Sequence[str]:
        """The marked bots, by index."""
        return tuple(bot for bot in self._bots if bot in self._marked)

    @property
    def view(self) -> str:
        """What is not as at first: filter, marks, order; empty when all is."""
        words = []
        if self._filter.text:
            words.append(
                f"{len(self._names)} of {len(self._bots)} bots: {self._filter.text}"
            )
        if self.marked:
            words.append(f"{len(self.marked)} marked")
        if (self._sorted_by, self._descending) != (_FIRST, False):
            words.append(f"by {self._label(self._sorted_by)} {self._arrow}")
        return "  ·  ".join(words)

    def show(self, bots: Sequence[BotSnapshot]) -> None:
        """Show these bots, as they stand now."""
        self._bots = {bot.bot: bot for bot in bots}
        if self._order() != self._names:
            self._rebuild()
            return
        for name in self._names:
            self._refresh_cells(self._bots[name])

    def update_bot(self, bot: BotSnapshot) -> bool:
        """Show one bot as it stands now; return False for one that is not known."""
        old = self._bots.get(bot.bot)
        if old is None:
            return False
        self._bots[bot.bot] = bot
        if only_measures(old, bot):
            # The next tick shows it: each change draws the whole table anew.
            return True
        if self._filter.text and self._order() != self._names:
            self._rebuild()
        elif bot.bot in self._names:
            self._refresh_cells(bot)
        return True

    def filter(self, text: str) -> None:
        """Show only the bots with these words."""
        self._filter = BotFilter(text.strip())
        self._view_changed()

    def clear_view(self) -> None:
        """Show all bots by index, none of them marked."""
        self._filter = BotFilter()
        self._marked.clear()
        self._sorted_by, self._descending = _FIRST, False
        self._view_changed()

    def action_mark(self) -> None:
        """Mark the selected bot, or take the mark away; and go to the next one."""
        bot = self.selected
        if bot is not None:
            self._marked ^= {bot.bot}
            self._refresh_cells(bot)
            self.action_cursor_down()
            self.post_message(self.ViewChanged(self))

    def action_mark_all(self) -> None:
        """Mark all bots that are shown; when they are, take all marks away."""
        shown = set(self._names)
        self._marked = set() if shown <= self._marked else shown
        self._view_changed()

    def action_sort(self, step: int) -> None:
        """Sort by the next column (1), or the one before (-1)."""
        keys = [place.column.key for place in self._placed]
        here = keys.index(self._sorted_by) if self._sorted_by in keys else 0
        self._sort_by(keys[(here + step) % len(keys)])

    def action_invert(self) -> None:
        """Turn the order around."""
        self._descending = not self._descending
        self._view_changed()

    def on_resize(self, event: events.Resize) -> None:
        """Choose the columns that fit."""
        chosen = placed(event.size.width - _MARGIN)
        if chosen != self._placed:
            self._placed = chosen
            self._rebuild()

    def notify_style_update(self) -> None:
        """Draw all cells anew in the new colours."""
        self._styles_of_tones.clear()
        super().notify_style_update()
        if self.is_mounted and self._placed:
            self.call_after_refresh(self._rebuild)

    def _order(self) -> list[str]:
        bots = self._filter.chosen(self.bots)
        by = arranged(bots, self._sorted_by, descending=self._descending)
        return [bot.bot for bot in by]

    def _sort_by(self, key: str) -> None:
        column = next(column for column in COLUMNS if column.key == key)
        again = key == self._sorted_by
        self._descending = not self._descending if again else column.right
        self._sorted_by = key
        self._view_changed()

    def _view_changed(self) -> None:
        self._rebuild()
        self.post_message(self.ViewChanged(self))

    def _rebuild(self) -> None:
        if not self._placed:
            return
        selected = self._name_at(self.cursor_row)
        self._names = self._order()
        with self.prevent(DataTable.RowHighlighted):
            self.clear(columns=True)
            self._shown.clear()
            for place in self._placed:
                self._add_column(place)
            for name in self._names:
                self.add_row(*self._texts(self._bots[name]), key=name)
        self._select(selected)

    def _select(self, bot: str | None) -> None:
        row = self._names.index(bot) if bot in self._names else 0
        with self.prevent(DataTable.RowHighlighted):
            self.move_cursor(row=row)
        self._tell(self._name_at(row))

    def _name_at(self, row: int) -> str | None:
        return self._names[row] if 0 <= row < len(self._names) else None

    def _tell(self, bot: str | None) -> None:
        if bot != self._told:
            self._told = bot
            if bot is not None:
                self.post_message(self.BotHighlighted(self, bot))

    @property
    def _arrow(self) -> str:
        return "▼" if self._descending else "▲"

    @staticmethod
    def _label(key: str) -> str:
        return next(column.label for column in COLUMNS if column.key == key)

    def _add_column(self, place: Placed) -> None:
        column = place.column
        sorts = column.key == self._sorted_by and column.key != _FIRST
        label = column.label
        width = place.width - place.trend_width - bool(place.trend_width)
        if sorts:
            label = fitted(label, min(len(label), width - 1)) + self._arrow
        label = fitted(fitted(label, width, right=column.right), place.width)
        first = column.key == _FIRST
        self.add_column(
            Text(" " * (_MARGIN * first) + label + " " * place.gap),
            width=place.width + place.gap + _MARGIN * first,
            key=column.key,
        )

    def _refresh_cells(self, bot: BotSnapshot) -> None:
        for place in self._placed:
            key = place.column.key
            cell = self._cell(bot, place)
            if self._shown.get((bot.bot, key)) != cell:
                self.update_cell(bot.bot, key, self._text(bot, place, cell))

    def _texts(self, bot: BotSnapshot) -> list[Text]:
        return [
            self._text(bot, place, self._cell(bot, place)) for place in self._placed
        ]

    def _cell(self, bot: BotSnapshot, place: Placed) -> Cell:
        """Return a cell as it is to be shown, in all its width."""
        column = place.column
        if column.key == "lines":
            return Cell(self._trend(bot.bot, "lines", place.width), "busy")
        cell = column.cell(bot)
        room = place.trend_width
        width = place.width - room - bool(room)
        text = fitted(cell.text, width, right=column.right)
        if room:
            past = self._trend(bot.bot, column.key, room) if bot.pid else ""
            text += " " + fitted(past, room, right=True)
        if column.key == _FIRST:
            text = (_MARK if bot.bot in self._marked else " " * _MARGIN) + text
        return Cell(text, cell.tone)

    def _text(self, bot: BotSnapshot, place: Placed, cell: Cell) -> Text:
        self._shown[bot.bot, place.column.key] = cell
        text = Text(cell.text, self._style(cell.tone), no_wrap=True)
        if place.trend_width:
            text.stylize(self._style("muted"), place.width - place.trend_width)
        return text

    def _style(self, tone: str) -> Style:
        # Kept: to work one out takes longer than to draw a cell.
        if tone not in self._styles_of_tones:
            style = self.get_component_rich_style(f"bot-table--{tone}", partial=True)
            self._styles_of_tones[tone] = style
        return self._styles_of_tones[tone]

    @on(DataTable.RowHighlighted)
    def _row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        self._tell(event.row_key.value)

    @on(DataTable.RowSelected)
    def _row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        if event.row_key.value is not None:
            self.post_message(self.BotChosen(self, event.row_key.value))

    @on(DataTable.HeaderSelected)
    def _header_selected(self, event: DataTable.HeaderSelected) -> None:
        event.stop()
        if event.column_key.value is not None:
            self._sort_by(event.column_key.value)
