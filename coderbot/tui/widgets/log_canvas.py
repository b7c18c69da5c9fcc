"""The lines of the log, drawn: those in view, and what is selected of them."""

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual.geometry import Size
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from coderbot.supervisor.lines import LogLine
from coderbot.tui.linebuffer import LineBuffer
from coderbot.tui.logtext import Look
from coderbot.tui.needle import Needle
from coderbot.tui.painter import LinePainter
from coderbot.tui.strips import highlighted
from coderbot.tui.themes import HUES

_NAMES = (
    "time",
    "parent",
    "debug",
    "info",
    "warning",
    "error",
    "sup",
    "stderr",
    "match",
    "found",
    *(f"hue-{number}" for number in range(HUES)),
)
_LEAST_BODY = 8
"""Cells for the text of a wrapped line at least."""
_COPIED_ROWS = 5_000
"""Rows copied at most by one selection."""


class LogCanvas(ScrollView, inherit_bindings=False):
    """A window onto a `LineBuffer`; lines become cells only when they are looked at.

    Args:
        keep: How many lines to hold at most.
        id: The id of the widget.
    """

    DEFAULT_CSS = """
    LogCanvas { height: 1fr; overflow-x: hidden; overflow-y: scroll; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"log-view--{name}" for name in _NAMES}

    wrap: var[bool] = var(False, init=False)
    """Whether long lines go on in the next row, instead of being cut."""
    times: var[bool] = var(True, init=False)
    """Whether each line shows when it came (UTC)."""
    needle: var[Needle] = var(Needle(), init=False)
    """What is looked for: marked where it occurs, and counted."""
    head_width: var[int] = var(8, init=False)
    """Cells for the prefix of each line."""

    def __init__(self, *, keep: int, id: str | None = None) -> None:
        super().__init__(id=id)
        self._buffer = LineBuffer(keep)
        self._painter: LinePainter | None = None
        self._found: int | None = None
        """Number of the line that the search stands at."""

    @property
    def _width(self) -> int:
        """Cells of a row, beside the scrollbar."""
        return self.scrollable_content_region.width

    @property
    def line_count(self) -> int:
        """Lines held."""
        return len(self._buffer)

    def lines(self) -> Sequence[LogLine]:
        """Return the lines it holds."""
        return self._buffer.lines()

    def text_in_view(self) -> str:
        """Return the rows in view as text."""
        last = min(self._buffer.rows, self.scroll_offset.y + self.size.height)
        rows = range(self.scroll_offset.y, last)
        return "\n".join(self._strip(row).text.rstrip() for row in rows)

    def render_line(self, y: int) -> Strip:
        """Return the cells of one row in view."""
        row = self.scroll_offset.y + y
        if row >= self._buffer.rows:
            return Strip.blank(self._width, self.rich_style)
        strip = self._strip(row)
        selection = self.text_selection
        span = selection.get_span(row) if selection else None
        if span is not None:
            style = self.screen.get_component_rich_style("screen--selection")
            strip = highlighted(strip, span, style)
        return strip.apply_offsets(0, row)

    def _strip(self, row: int) -> Strip:
        line, piece = self._buffer.at(row)
        return self._paint().strip(line, piece, found=line.seq == self._found)

    def selection_updated(self, selection: Selection | None) -> None:  # noqa: ARG002
        """Draw the selection anew."""
        self.refresh()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the selected text as it is drawn, and what ends it."""
        first = selection.start.y if selection.start else 0
        last = selection.end.y if selection.end else self._buffer.rows - 1
        rows = range(max(0, first), min(last, self._buffer.rows - 1) + 1)
        texts = (self._selected(row, selection) for row in rows[:_COPIED_ROWS])
        return "\n".join(texts), "\n"

    def _selected(self, row: int, selection: Selection) -> str:
        start, end = selection.get_span(row) or (0, 0)
        text = self._strip(row).text
        return text[start : len(text) if end < 0 else end].rstrip()

    def _paint(self) -> LinePainter:
        if self._painter is None:
            look = Look(
                self._styles(),
                self.head_width,
                self.times,
                self.needle,
                colours=not self.app.no_color,
                width=self._width,
            )
            room = self._body_width(look) if self.wrap else None
            self._painter = LinePainter(look, self.rich_style, room, self.app.console)
        return self._painter

    def _styles(self) -> dict[str, Style]:
        return {
            name: self.get_component_rich_style(f"log-view--{name}", partial=True)
            for name in _NAMES
        }

    def _body_width(self, look: Look) -> int:
        return max(_LEAST_BODY, look.width - look.indent)

    def _relook(self) -> None:
        """Draw all anew, keeping the first line in view where it is."""
        if not self.is_mounted or not self.size.width:
            return
        self._painter = None
        top = self._buffer.index_at(self.scroll_offset.y) if len(self._buffer) else 0
        self._buffer.wrap(self._paint().room)
        self._settle(self._buffer.row_of(top) if len(self._buffer) else 0)

    watch_wrap = watch_times = watch_head_width = on_resize = _relook

    def notify_style_update(self) -> None:
        """Forget what was drawn in the old colours."""
        super().notify_style_update()
        self._painter = None

    def _settle(self, top: int) -> None:
        """Take the new number of rows into account; `top` is to stand on top."""
        self.virtual_size = Size(0, self._buffer.rows)
        self.scroll_to(y=top, animate=False, force=True)
        self.refresh()
