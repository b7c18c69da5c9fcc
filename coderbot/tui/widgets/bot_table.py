"""The wall of bots: one row each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from coderbot.supervisor.events import BotSnapshot
from coderbot.tui.botfilter import BotFilter
from coderbot.tui.botorder import BotOrder
from coderbot.tui.botrow import MARGIN, Trend, column_at, row, titles
from coderbot.tui.columns import Placed, placed
from coderbot.tui.keys import TABLE_KEYS
from coderbot.tui.rows import Cell, only_measures
from coderbot.tui.tones import STYLES

_PARTS = ("header", "cursor", "hover")
_HEADER_ROWS = 1


class BotTable(ScrollView, inherit_bindings=False):
    """Bots, sorted and filtered; only rows in view that changed are drawn anew.

    Args:
        trend: Draws the past of a cell.
        id: The id of the widget.
    """

    DEFAULT_CSS = """
    BotTable { height: auto; overflow-x: hidden; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"bot-table--{name}" for name in (*STYLES, *_PARTS)
    }
    BINDINGS: ClassVar[list[BindingType]] = [*TABLE_KEYS]
    ALLOW_SELECT = False

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
        super().__init__(id=id)
        self._trend = trend
        self._styles_of_parts: dict[str, Style] = {}
        self._bots: dict[str, BotSnapshot] = {}
        self._columns: tuple[Placed, ...] = ()
        self._names: list[str] = []
        """Bots in the table, from top to bottom."""
        self._drawn: dict[str, tuple[Cell, ...]] = {}
        """What their rows showed when they were last drawn."""
        self._cursor = 0
        self._hovered: int | None = None
        self._told: str | None = None
        self._marked: set[str] = set()
        self._filter = BotFilter()
        self._order = BotOrder()

    @property
    def cursor_row(self) -> int:
        """The place of the selected bot, from 0."""
        return self._cursor

    @property
    def selected(self) -> BotSnapshot | None:
        """The bot under the cursor; None in an empty fleet."""
        return self._bots.get(self._name_at(self._cursor) or "")

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
        if not self._order.is_usual:
            words.append(self._order.words)
        return "  ·  ".join(words)

    def cells(self, bot: str) -> Sequence[Cell]:
        """Return what the row of a bot shows, from left to right."""
        marked = bot in self._marked
        return row(self._bots[bot], self._columns, self._trend, marked=marked)

    def show(self, bots: Sequence[BotSnapshot]) -> None:
        """Show these bots, as they stand now."""
        self._bots = {bot.bot: bot for bot in bots}
        self._choose_columns(self.size.width)
        if self._arranged() != self._names:
            self._rearrange()
        else:
            self._refresh_rows(self._names)

    def update_bot(self, bot: BotSnapshot) -> bool:
        """Show one bot as it stands now; return False for one that is not known."""
        old = self._bots.get(bot.bot)
        if old is None:
            return False
        self._bots[bot.bot] = bot
        if only_measures(old, bot):
            # The next tick shows it, with those of all others.
            return True
        if self._filter.text and self._arranged() != self._names:
            self._rearrange()
        else:
            self._refresh_rows([bot.bot])
        return True

    def filter(self, text: str) -> None:
        """Show only the bots with these words."""
        self._filter = BotFilter(text.strip())
        self._view_changed()

    def clear_view(self) -> None:
        """Show all bots by index, none of them marked."""
        self._filter, self._order = BotFilter(), BotOrder()
        self._marked.clear()
        self._view_changed()

    def action_cursor_down(self) -> None:
        """Select the next bot."""
        self._select(self._cursor + 1)

    def action_cursor_up(self) -> None:
        """Select the bot before."""
        self._select(self._cursor - 1)

    def action_select_cursor(self) -> None:
        """Choose the selected bot."""
        bot = self.selected
        if bot is not None:
            self.post_message(self.BotChosen(self, bot.bot))

    def action_mark(self) -> None:
        """Mark the selected bot, or take the mark away; and go to the next one."""
        bot = self.selected
        if bot is not None:
            self._marked ^= {bot.bot}
            self._refresh_rows([bot.bot])
            self.action_cursor_down()
            self.post_message(self.ViewChanged(self))

    def action_mark_all(self) -> None:
        """Mark all bots that are shown; when they are, take all marks away."""
        shown = set(self._names)
        self._marked = set() if shown <= self._marked else shown
        self._view_changed()

    def action_sort(self, step: int) -> None:
        """Sort by the next column (1), or the one before (-1)."""
        self._sort(
            self._order.beside([each.column.key for each in self._columns], step)
        )

    def action_invert(self) -> None:
        """Turn the order around."""
        self._sort(self._order.inverted())

    def on_resize(self, event: events.Resize) -> None:
        """Choose the columns that fit."""
        self._choose_columns(event.size.width)
        self._reveal()

    def _choose_columns(self, width: int) -> None:
        hosts = any(bot.host for bot in self._bots.values())
        chosen = placed(max(0, width - MARGIN), hosts=hosts)
        if width and chosen != self._columns:
            self._columns = chosen
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Select the bot under the pointer, or choose it; a title sorts."""
        event.stop()
        place = self._row_at(event.y)
        if place is None:
            column = column_at(self._columns, event.x) if event.y == 0 else None
            if column is not None:
                self._sort(self._order.by(column.column.key))
        elif place == self._cursor:
            self.action_select_cursor()
        else:
            self._select(place)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Show which row is under the pointer."""
        self._hover(self._row_at(event.y))

    def on_leave(self) -> None:
        """No row is under the pointer any more."""
        self._hover(None)

    def notify_style_update(self) -> None:
        """Forget the old colours."""
        self._styles_of_parts.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """Return the cells of one row in view; the titles stay on top."""
        width = self.size.width
        if y < _HEADER_ROWS:
            style = self.rich_style + self._style("header")
            title = Strip([Segment(titles(self._columns, self._order), style)])
            return title.adjust_cell_length(width, style)
        place = y - _HEADER_ROWS + self.scroll_offset.y
        name = self._name_at(place)
        if name is None:
            return Strip.blank(width, self.rich_style)
        cells = self._drawn[name] = tuple(self.cells(name))
        style = self._style_of_row(place)
        strip = Strip(
            [Segment(each.text, style + self._style(each.tone)) for each in cells]
        )
        return strip.adjust_cell_length(width, style)

    def _arranged(self) -> list[str]:
        bots = self._filter.chosen(self.bots)
        return [bot.bot for bot in self._order.arranged(bots)]

    def _sort(self, order: BotOrder) -> None:
        self._order = order
        self._view_changed()

    def _view_changed(self) -> None:
        self._rearrange()
        self.post_message(self.ViewChanged(self))

    def _rearrange(self) -> None:
        """Give each bot its place anew; the selected one stays so, wherever it goes."""
        selected = self._name_at(self._cursor)
        self._names = self._arranged()
        self._drawn.clear()
        self.virtual_size = Size(0, _HEADER_ROWS + len(self._names))
        self.refresh()
        self._select(self._names.index(selected) if selected in self._names else 0)

    def _refresh_rows(self, names: Sequence[str]) -> None:
        """Draw these rows anew, as far as they were drawn and look otherwise now."""
        places = {name: place for place, name in enumerate(self._names)}
        for name in names:
            if name in self._drawn and self._drawn[name] != self.cells(name):
                self._refresh_row(places[name])

    def _refresh_row(self, place: int) -> None:
        if 0 <= place - self.scroll_offset.y < self.size.height - _HEADER_ROWS:
            self.refresh_line(_HEADER_ROWS + place)

    def _select(self, place: int) -> None:
        before = self._cursor
        self._cursor = max(0, min(place, len(self._names) - 1))
        for each in {before, self._cursor}:
            self._refresh_row(each)
        self._reveal()
        name = self._name_at(self._cursor)
        if name != self._told:
            self._told = name
            if name is not None:
                self.post_message(self.BotHighlighted(self, name))

    def _reveal(self) -> None:
        """Scroll until the selected row is in view."""
        top, room = self.scroll_offset.y, max(1, self.size.height - _HEADER_ROWS)
        if not top <= self._cursor < top + room:
            goal = self._cursor if self._cursor < top else self._cursor - room + 1
            self.scroll_to(y=goal, animate=False, force=True)

    def _hover(self, place: int | None) -> None:
        before, self._hovered = self._hovered, place
        for each in {before, place}:
            if each is not None and before != place:
                self._refresh_row(each)

    def _row_at(self, y: int) -> int | None:
        """Return the place of the bot in a row in view; None where there is none."""
        place = y - _HEADER_ROWS + self.scroll_offset.y
        return place if y >= _HEADER_ROWS and self._name_at(place) else None

    def _name_at(self, place: int) -> str | None:
        return self._names[place] if 0 <= place < len(self._names) else None

    def _style_of_row(self, place: int) -> Style:
        style = self.rich_style
        if place == self._hovered:
            style += self._style("hover")
        if place == self._cursor:
            style += self._style("cursor")
        return style

    def _style(self, part: str) -> Style:
        # Kept: to work one out takes longer than to draw a cell.
        if part not in self._styles_of_parts:
            style = self.get_component_rich_style(
                f"bot-table--{part}", partial=part in STYLES
            )
            self._styles_of_parts[part] = style
        return self._styles_of_parts[part]
