"""The lines of the log: follows the newest, searches, and goes back in time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from textual.binding import BindingType
from textual.message import Message

from coderbot.loglevel import Level
from coderbot.supervisor.lines import LogLine
from coderbot.tui.linebuffer import KEEP
from coderbot.tui.logkeys import SCROLL_KEYS
from coderbot.tui.matches import Matches
from coderbot.tui.needle import Needle
from coderbot.tui.widgets.log_canvas import LogCanvas
from coderbot.tui.work import begin

_SCAN = 4_000
"""Lines looked through at once; a key waits for them, which takes 5 ms."""


class LogView(LogCanvas, can_focus=True, inherit_bindings=False):
    """Lines that one reads.

    While it follows, the newest line stays in view; scrolling up ends that, and the
    lines that come since are counted. Where it has been given older lines it shows
    the past, until it follows again.

    Args:
        keep: How many lines to hold at most.
        id: The id of the widget.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*SCROLL_KEYS]

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

    @dataclass
    class Wanted(Message):
        """Somebody has come to an end of what is held, and wants to go on."""

        log_view: "LogView"
        which: Literal["older", "newer", "newest"]

        @property
        def control(self) -> "LogView":
            """The log it is about."""
            return self.log_view

    def __init__(self, *, keep: int = KEEP, id: str | None = None) -> None:
        super().__init__(keep=keep, id=id)
        self._following = True
        self._unseen = 0
        self._matches = Matches(Needle())
        self._past = False
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

    @property
    def is_past(self) -> bool:
        """Whether older lines are shown, and new ones only counted."""
        return self._past

    @property
    def first_seq(self) -> int:
        """Number of the oldest line it holds; 0 without any."""
        return self._buffer.first_seq

    @property
    def last_seq(self) -> int:
        """Number of the newest line it holds; 0 without any."""
        return self._buffer.seq_at(len(self._buffer) - 1) if len(self._buffer) else 0

    def show(self, lines: Sequence[LogLine]) -> None:
        """Show these lines instead of those shown, and follow."""
        self._past = False
        self._buffer.clear()
        self._buffer.extend(lines)
        self._paint().forget()
        self._look_for(self.needle)
        self.follow()

    def add(self, lines: Sequence[LogLine]) -> None:
        """Add newer lines at the end."""
        if not lines:
            return
        if self._past:
            self._tell(following=False, unseen=self._unseen + len(lines))
            return
        if not self._following:
            self._tell(following=False, unseen=self._unseen + len(lines))
        self._append(lines)

    def add_older(self, lines: Sequence[LogLine]) -> None:
        """Add older lines at the top; what is in view stays there.

        From then on it shows the past, until it follows again.
        """
        self._past = True
        self._tell(following=False, unseen=self._unseen)
        rows = self._buffer.prepend(lines)
        if not self._scanning:
            # Else they are come to, after those held so far.
            self._matches.add_older(lines)
        self._settle(self.scroll_offset.y + rows)

    def show_past(self, lines: Sequence[LogLine], seq: int) -> None:
        """Show older lines instead, and stand at one of them."""
        self._buffer.clear()
        self._buffer.extend(lines)
        self._look_for(self.needle)
        self._past = True
        self._paint().forget()
        self._tell(following=False, unseen=self._unseen)
        self._settle(0)
        self.go_to(seq)

    def add_newer(self, lines: Sequence[LogLine]) -> None:
        """While it shows the past: add the lines that came next."""
        self._append(lines)

    def follow(self) -> None:
        """Go to the newest line and stay there."""
        if self._past:
            self.post_message(self.Wanted(self, "newest"))
            return
        self._tell(following=True, unseen=0)
        self._settle(0)

    def toggle_following(self) -> None:
        """Follow the newest line, or stay where it is."""
        if self._following:
            self._tell(following=False, unseen=0)
        else:
            self.follow()

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
            begin(self, "scan", self._scan, self._matches, self.last_seq + 1)
        else:
            self.post_message(self.Searched(self))

    async def _scan(self, matches: Matches, before: int) -> None:
        """Look through all lines, the newest first, letting keys come between.

        Args:
            matches: Takes what is found.
            before: Lines from this number on are looked through as they come.
        """
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

    def _append(self, lines: Sequence[LogLine]) -> None:
        """Add newer lines; what is in view stays there while the oldest leave."""
        gone = self._buffer.extend(lines)
        self._matches.add_newer(lines)
        if gone:
            self._matches.forget(self._buffer.first_seq)
        self._settle(self.scroll_offset.y - gone)

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

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow at the end, and nowhere else, when a person scrolls."""
        super().watch_scroll_y(old_value, new_value)
        if not self._settling and self.is_mounted:
            at_end = round(new_value) >= self.max_scroll_y
            if round(new_value) <= 0 < self.max_scroll_y:
                self.post_message(self.Wanted(self, "older"))
            if at_end and self._past:
                self.post_message(self.Wanted(self, "newer"))
                return
            self._tell(following=at_end, unseen=0 if at_end else self._unseen)

    def _tell(self, *, following: bool, unseen: int) -> None:
        if (following, unseen) != (self._following, self._unseen):
            self._following, self._unseen = following, unseen
            self.post_message(self.FollowChanged(self, following, unseen))

    def watch_needle(self) -> None:
        """Mark other text, and count it."""
        self._look_for(self.needle)
        self._relook()

    def _settle(self, top: int) -> None:
        self._settling = True
        super()._settle(self._buffer.rows if self._following else top)
        self._settling = False


def _is_error(line: LogLine) -> bool:
    return line.level >= Level.ERROR
