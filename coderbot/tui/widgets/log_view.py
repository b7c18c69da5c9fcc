"""The lines of the log: draws those in view, and follows the newest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from coderbot.supervisor.lines import LogLine
from coderbot.tui.keys import SCROLL_KEYS
from coderbot.tui.linebuffer import KEEP, LineBuffer, plain_body
from coderbot.tui.logtext import Look, pieces
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
_CACHED_ROWS = 1_024
_COPIED_ROWS = 5_000
"""Rows copied at most by one selection."""


class LogView(ScrollView, can_focus=True, inherit_bindings=False):
    """A window onto a `LineBuffer`.

    Lines are turned into cells only when they are looked at. While it follows,
    the newest line stays in view; scrolling up ends that, and the lines that come
    since are counted.

    Args:
        keep: How many lines to hold at most.
        id: The id of the widget.
    """

    DEFAULT_CSS = """
    LogView { height: 1fr; overflow-x: hidden; overflow-y: scroll; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"log-view--{name}" for name in _NAMES}
    BINDINGS: ClassVar[list[BindingType]] = [*SCROLL_KEYS]

    wrap: var[bool] = var(False, init=False)
    """Whether long lines go on in the next row, instead of being cut."""
    times: var[bool] = var(True, init=False)
    """Whether each line shows when it came (UTC)."""
    needle: var[str] = var("", init=False)
    """Text that is marked where it occurs, whatever its case."""
    head_width: var[int] = var(8, init=False)
    """Cells for the prefix of each line."""

    @dataclass
    class FollowChanged(Message):
        """It began or ceased to follow, or more lines came while it did not."""

        log_view: "LogView"
        following: bool
        unseen: int
        """Lines that came since it ceased to follow."""

        @property
        def control(self) -> "LogView":
            """The view it is about."""
            return self.log_view

    def __init__(self, *, keep: int = KEEP, id: str | None = None) -> None:
        super().__init__(id=id)
        self._buffer = LineBuffer(keep)
        self._strips: LRUCache[tuple[int, int], Strip] = LRUCache(_CACHED_ROWS)
        self._look_now: Look | None = None
        self._following = True
        self._unseen = 0
        self._settling = False
        self._found: int | None = None

    @property
    def following(self) -> bool:
        """Whether the newest line stays in view."""
        return self._following

    @property
    def unseen(self) -> int:
        """Lines that came since it ceased to follow."""
        return self._unseen

    @property
    def _width(self) -> int:
        """Cells of a row, beside the scrollbar."""
        return self.scrollable_content_region.width

    @property
    def line_count(self) -> int:
        """Lines held."""
        return len(self._buffer)

    def show(self, lines: Sequence[LogLine]) -> None:
        """Show these lines instead of those shown, and follow."""
        self._buffer.clear()
        self._buffer.extend(lines)
        self._strips.clear()
        self._found = None
        self.follow()

    def add(self, lines: Sequence[LogLine]) -> None:
        """Add newer lines at the end."""
        if not lines:
            return
        gone = self._buffer.extend(lines)
        if gone:
            self._found = None
        if not self._following:
            self._tell(following=False, unseen=self._unseen + len(lines))
        self._settle(self.scroll_offset.y - gone)

    def follow(self) -> None:
        """Go to the newest line and stay there."""
        self._tell(following=True, unseen=0)
        self._settle(0)

    def go_to_match(self, step: int) -> bool:
        """Go to the next line that holds the needle; return whether there is one.

        Args:
            step: 1 towards newer lines, -1 towards older ones.
        """
        if not self.needle or not len(self._buffer):
            return False
        start = self._search_from(step)
        place = self._buffer.find(self._matches, start, step)
        if place is None:
            return False
        self._found = place
        self._strips.clear()
        self.refresh()
        self._reveal(self._buffer.row_of(place))
        return True

    def _search_from(self, step: int) -> int:
        top = self.scroll_offset.y
        bottom = min(self._buffer.rows, top + self.size.height) - 1
        found = self._found
        first = self._buffer.index_at(max(0, top))
        last = self._buffer.index_at(max(0, bottom))
        if found is not None and first <= found <= last:
            return found
        return last + 1 if step < 0 else first - 1

    def _matches(self, line: LogLine) -> bool:
        return self.needle.lower() in plain_body(line).lower()

    def _reveal(self, row: int) -> None:
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if not top <= row < top + height:
            self.scroll_to(y=row - height // 2, animate=False, force=True)

    def action_scroll(self, where: str) -> None:
        """Scroll: `up`, `down`, `page_up`, `page_down`, `home`, `end`."""
        page = max(1, self.size.height - 1)
        steps = {"up": -1, "down": 1, "page_up": -page, "page_down": page}
        if where == "end":
            self.follow()
            return
        target = 0 if where == "home" else self.scroll_offset.y + steps[where]
        self.scroll_to(y=target, animate=False, force=True)

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
            strip = _highlighted(strip, span, style)
        return strip.apply_offsets(0, row)

    def _strip(self, row: int) -> Strip:
        line, piece = self._buffer.at(row)
        strip = self._strips.get((line.seq, piece))
        return self._drawn(row) if strip is None else strip

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

    def _drawn(self, row: int) -> Strip:
        line, piece = self._buffer.at(row)
        look, style, width = self._look(), self.rich_style, self._width
        room = self._body_width(look) if self.wrap else None
        found = self._found is not None and self._buffer.index_at(row) == self._found
        rows = pieces(line, look, HUES, room, found=found)
        console = self.app.console
        for number, text in enumerate(rows):
            text.truncate(width, overflow="ellipsis")
            strip = Strip(text.render(console)).apply_style(style)
            strip = strip.adjust_cell_length(width, style)
            self._strips[line.seq, number] = strip
        return self._strips[line.seq, piece]

    def _look(self) -> Look:
        if self._look_now is None:
            self._look_now = Look(
                self._styles(),
                self.head_width,
                self.times,
                self.needle.lower(),
                colours=not self.app.no_color,
            )
        return self._look_now

    def _styles(self) -> dict[str, Style]:
        return {
            name: self.get_component_rich_style(f"log-view--{name}", partial=True)
            for name in _NAMES
        }

    def _body_width(self, look: Look) -> int:
        return max(8, self._width - look.indent)

    def _relook(self) -> None:
        """Draw all anew, keeping the first line in view where it is."""
        if not self.is_mounted or not self.size.width:
            return
        self._look_now = None
        self._strips.clear()
        top = self._buffer.index_at(self.scroll_offset.y) if len(self._buffer) else 0
        self._buffer.wrap(self._body_width(self._look()) if self.wrap else None)
        self._settle(self._buffer.row_of(top) if len(self._buffer) else 0)

    def watch_wrap(self) -> None:
        """Lay all lines out anew."""
        self._relook()

    def watch_times(self) -> None:
        """Give the room of the times to the text, or take it."""
        self._relook()

    def watch_head_width(self) -> None:
        """Give the room of the prefix to the text, or take it."""
        self._relook()

    def watch_needle(self) -> None:
        """Mark other text."""
        self._found = None
        self._relook()

    def on_resize(self) -> None:
        """Lay all lines out anew; a follower keeps the newest in view."""
        self._relook()

    def notify_style_update(self) -> None:
        """Forget what was drawn in the old colours."""
        super().notify_style_update()
        self._look_now = None
        self._strips.clear()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow at the end, and nowhere else, when a person scrolls."""
        super().watch_scroll_y(old_value, new_value)
        if not self._settling and self.is_mounted:
            at_end = round(new_value) >= self.max_scroll_y
            self._tell(following=at_end, unseen=0 if at_end else self._unseen)

    def _settle(self, top: int) -> None:
        self._settling = True
        self.virtual_size = Size(0, self._buffer.rows)
        target = self.max_scroll_y if self._following else top
        self.scroll_to(y=target, animate=False, force=True)
        self._settling = False
        self.refresh()

    def _tell(self, *, following: bool, unseen: int) -> None:
        if (following, unseen) != (self._following, self._unseen):
            self._following, self._unseen = following, unseen
            self.post_message(self.FollowChanged(self, following, unseen))


def _highlighted(strip: Strip, span: tuple[int, int], style: Style) -> Strip:
    start, end = span
    left = cell_len(strip.text[:start])
    right = strip.cell_length if end < 0 else cell_len(strip.text[:end])
    marked = [
        Segment(text, (own or Style()) + style)
        for text, own, _ in strip.crop(left, right)
    ]
    rest = strip.crop(right, strip.cell_length)
    return Strip([*strip.crop(0, left), *marked, *rest], strip.cell_length)
