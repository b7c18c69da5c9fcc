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
from coderbot.tui.columns import ACTIVITY, Placed, placed
from coderbot.tui.keys import TABLE_KEYS
from coderbot.tui.plain import fitted
from coderbot.tui.rows import Cell

_TONES = ("plain", "strong", "muted", "good", "busy", "warning", "bad", "special")
_MARGIN = 1
"""Empty cells on the left."""


class BotTable(DataTable[Text], inherit_bindings=False):
    """Bots by index; cells are updated in place, so that the selection stays.

    Args:
        activity: Tells the picture of a bot's recent lines.
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

    def __init__(
        self, activity: Callable[[str], str], *, id: str | None = None
    ) -> None:
        super().__init__(
            id=id,
            cursor_type="row",
            cell_padding=0,
            show_row_labels=False,
            cursor_foreground_priority="renderable",
        )
        self._activity = activity
        self._bots: dict[str, BotSnapshot] = {}
        self._shown: dict[tuple[str, str], Cell] = {}
        self._placed: tuple[Placed, ...] = ()
        self._names: list[str] = []
        self._told: str | None = None

    @property
    def selected(self) -> BotSnapshot | None:
        """The bot under the cursor; None in an empty fleet.

        Read from the cursor itself: the message that it moved may still be on its
        way when the next key already asks for an action.
        """
        return self._bots.get(self._name_at(self.cursor_row) or "")

    @property
    def bots(self) -> Sequence[BotSnapshot]:
        """The bots shown, by index."""
        return tuple(self._bots.values())

    def show(self, bots: Sequence[BotSnapshot]) -> None:
        """Show these bots, as they stand now."""
        self._bots = {bot.bot: bot for bot in bots}
        if list(self._bots) != self._names:
            self._rebuild()
            return
        for bot in bots:
            self._refresh_cells(bot)

    def update_bot(self, bot: BotSnapshot) -> bool:
        """Show one bot as it stands now; return False for one that has no row."""
        if bot.bot not in self._bots:
            return False
        self._bots[bot.bot] = bot
        self._refresh_cells(bot)
        return True

    def on_resize(self, event: events.Resize) -> None:
        """Choose the columns that fit."""
        chosen = placed(event.size.width - _MARGIN)
        if chosen != self._placed:
            self._placed = chosen
            self._rebuild()

    def notify_style_update(self) -> None:
        """Draw all cells anew in the new colours."""
        super().notify_style_update()
        if self.is_mounted and self._placed:
            self.call_after_refresh(self._rebuild)

    def _rebuild(self) -> None:
        if not self._placed:
            return
        selected = self._name_at(self.cursor_row)
        self._names = list(self._bots)
        with self.prevent(DataTable.RowHighlighted):
            self.clear(columns=True)
            self._shown.clear()
            for place in self._placed:
                self._add_column(place)
            for bot in self._bots.values():
                self.add_row(*self._texts(bot), key=bot.bot)
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

    def _add_column(self, place: Placed) -> None:
        column = place.column
        label = fitted(column.label, place.width, right=column.right)
        first = column is self._placed[0].column
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
        if place.column.key == ACTIVITY:
            return Cell(self._activity(bot.bot), "busy")
        return place.column.cell(bot)

    def _text(self, bot: BotSnapshot, place: Placed, cell: Cell) -> Text:
        self._shown[bot.bot, place.column.key] = cell
        margin = " " * (_MARGIN * (place is self._placed[0]))
        text = fitted(cell.text, place.width, right=place.column.right)
        return Text(margin + text, self._style(cell.tone), no_wrap=True)

    def _style(self, tone: str) -> Style:
        return self.get_component_rich_style(f"bot-table--{tone}", partial=True)

    @on(DataTable.RowHighlighted)
    def _row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        self._tell(event.row_key.value)

    @on(DataTable.RowSelected)
    def _row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        if event.row_key.value is not None:
            self.post_message(self.BotChosen(self, event.row_key.value))
