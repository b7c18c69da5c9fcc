"""The lines of the log: draws those in view, and follows the newest."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from coderbot.loglevel import Level
from coderbot.supervisor.lines import LogLine
from coderbot.tui.linebuffer import KEEP, LineBuffer
from coderbot.tui.logkeys import SCROLL_KEYS
from coderbot.tui.logtext import Look
from coderbot.tui.matches import Matches
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
_SCAN = 4_000
"""Lines looked through at once; a key waits for them, which takes 5 ms."""


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
    needle: var[Needle] = var(Needle(), init=False)
    """What is looked for: marked where it occurs, and counted."""
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

    @dataclass
    class Searched(Message):
        """More matches are known, or another one is stood at."""

        log_view: "LogView"

        def can_replace(self, message: Message) -> bool:
            """Return True for an older one: the newest says all."""
            return isinstance(message, LogView.Searched)

        @property
        def control(self) -> "LogView":
            """The log it is about."""
            return self.log_view

    def __init__(self, *, keep: int = KEEP, id: str | None = None) -> None:
        super().__init__(id=id)
        self._buffer = LineBuffer(keep)
        self._painter: LinePainter | None = None
        self._following = True
        self._unseen = 0
        self._found: int | None = None
        """Number of the line that the search stands at."""
        self._matches = Matches(Needle())
        self._scanning = False
        self._wanted = 0
        """Which way to go once a match is found; 0: nowhere."""
        self._settling = False

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

    @property
    def matches(self) -> int:
        """How many lines match, as far as they were looked through."""
        return len(self._matches)

    @property
    def match(self) -> int:
        """Which of them the search stands at, from 1, the oldest; 0 for none."""
        return self._matches.place(self._found) if self._found is not None else 0

    @property
    def scanning(self) -> bool:
        """Whether lines are still being looked through."""
        return self._scanning

    def lines(self) -> Sequence[LogLine]:
        """Return the lines it holds."""
        return self._buffer.lines()

    def show(self, lines: Sequence[LogLine]) -> None:
        """Show these lines instead of those shown, and follow."""
        self._buffer.clear()
        self._buffer.extend(lines)
        self._paint().forget()
        self._look_for(self.needle)
        self.follow()

    def add(self, lines: Sequence[LogLine]) -> None:
        """Add newer lines at the end."""
        if not lines:
            return
        gone = self._buffer.extend(lines)
        self._matches.add_newer(lines)
        if gone:
            self._matches.forget(self._buffer.first_seq)
        if not self._following:
            self._tell(following=False, unseen=self._unseen + len(lines))
        self._settle(self.scroll_offset.y - gone)

    def add_older(self, lines: Sequence[LogLine]) -> None:
        """Add older lines at the top; what is in view stays there."""
        rows = self._buffer.prepend(lines)
        self._matches.add_older(lines)
        self._settle(self.scroll_offset.y + rows)

    def follow(self) -> None:
        """Go to the newest line and stay there."""
        self._tell(following=True, unseen=0)
        self._settle(0)

    def toggle_following(self) -> None:
        """Follow the newest line, or stay where it is."""
        if self._following:
            self._tell(following=False, unseen=0)
        else:
            self.follow()

    def text_in_view(self) -> str:
        """Return the rows in view as text."""
        last = min(self._buffer.rows, self.scroll_offset.y + self.size.height)
        rows = range(self.scroll_offset.y, last)
        return "\n".join(self._strip(row).text.rstrip() for row in rows)

    def go_to_match(self, step: int) -> bool:
        """Go to the next line that holds the needle; return whether there is one.

        While lines are still being looked through, it goes there once one is found.

        Args:
            step: 1 towards newer lines, -1 towards older ones.
        """
        if not len(self._buffer):
            return False
        seq = self._matches.next(self._search_from(step), step)
        if seq is None and self._scanning:
            self._wanted = step
            return True
        if seq is None or not self.go_to(seq):
            return False
        self.post_message(self.Searched(self))
        return True

    def go_to_error(self, step: int) -> bool:
        """Go to the next error; return whether there is one."""
        if not len(self._buffer):
            return False
        place = self._buffer.find(_is_error, self._place_from(step), step)
        return place is not None and self.go_to(self._buffer.seq_at(place))

    def go_to(self, seq: int) -> bool:
        """Show the line with this number, and stand at it; False when not held."""
        place = self._buffer.place_of(seq)
        if place is None:
            return False
        self._found = seq
        self._paint().forget()
        self._tell(following=False, unseen=self._unseen)
        self.refresh()
        self._reveal(self._buffer.row_of(place))
        return True

    def _search_from(self, step: int) -> int:
        """Return the number that a search for matches goes on from."""
        place = self._place_from(step)
        if place < 0:
            return self._buffer.first_seq - 1
        if place >= len(self._buffer):
            return self._buffer.seq_at(len(self._buffer) - 1) + 1
        return self._buffer.seq_at(place)

    def _place_from(self, step: int) -> int:
        """Return the place to search from: where it stands, or what is in view."""
        top = self.scroll_offset.y
        bottom = min(self._buffer.rows, top + self.size.height) - 1
        first = self._buffer.index_at(max(0, top))
        last = self._buffer.index_at(max(0, bottom))
        found = None if self._found is None else self._buffer.place_of(self._found)
        if found is not None and first <= found <= last:
            return found
        return last + 1 if step < 0 else first - 1

    def _look_for(self, needle: Needle) -> None:
        self._found = None
        self._matches = Matches(needle)
        self._scanning = bool(needle) and self.is_mounted
        if self._scanning:
            self.run_worker(
                self._scan(self._matches), group="scan", exclusive=True, name="scan"
            )
        else:
            self.post_message(self.Searched(self))

    async def _scan(self, matches: Matches) -> None:
        """Look through all lines, the newest first, letting keys come between."""
        newest = self._buffer.lines()[-1:]
        before = newest[0].seq + 1 if newest else 0
        while chunk := self._buffer.before(before, _SCAN):
            matches.add_older(chunk)
            before = chunk[0].seq
            if self._wanted and len(matches):
                self.go_to_match(self._wanted)
                self._wanted = 0
            self.post_message(self.Searched(self))
            await asyncio.sleep(0)
        self._scanning, self._wanted = False, 0
        self.post_message(self.Searched(self))

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

    def watch_needle(self) -> None:
        """Mark other text."""
        self._look_for(self.needle)
        self._relook()

    def notify_style_update(self) -> None:
        """Forget what was drawn in the old colours."""
        super().notify_style_update()
        self._painter = None

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


def _is_error(line: LogLine) -> bool:
    return line.level >= Level.ERROR
