"""The first line: who we are, how the fleet stands, and a note."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Label

from coderbot.tui.rows import Summary, counted, sign, size, tone
from coderbot.tui.tones import toned
from coderbot.tui.widgets.note import Note

_MOST_SIGNS = 40
"""Up to this many bots, the header has a sign for each."""
_ROOM_PER_SIGN = 2
_ROOM_FOR_WORDS = 100
"""Cells that the other words of the header may take."""


class FleetHeader(Horizontal):
    """One row above the table.

    Args:
        note: Text to stand on the right; empty for none.
    """

    DEFAULT_CSS = """
    FleetHeader { height: 1; }
    FleetHeader #brand { width: auto; }
    FleetHeader #fleet { width: 1fr; height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    summary: reactive[Summary | None] = reactive(None)
    """The fleet in numbers."""

    def __init__(self, note: str = "") -> None:
        super().__init__()
        self._note = note

    def compose(self) -> ComposeResult:
        """Compose the row."""
        yield Label(" ◆ CoderBot ", id="brand", markup=False)
        yield Label("", id="fleet", markup=False)
        if self._note:
            yield Note(self._note)

    def on_resize(self) -> None:
        """Show more where there is room for more."""
        self.watch_summary(self.summary)

    def watch_summary(self, fleet: Summary | None) -> None:
        """Write the numbers."""
        if fleet is not None and self.is_mounted:
            self.query_one("#fleet", Label).update(self._words(fleet))

    def _words(self, fleet: Summary) -> Content:
        if not fleet.total:
            return toned("  no bots", "muted")
        everything = fleet.running == fleet.total
        words = [
            toned(f"{fleet.running}/{fleet.total}", "good" if everything else "warning")
            + toned(" running", "plain"),
            toned(counted(fleet.restarts, "restart"), "plain"),
            toned(size(fleet.rss_bytes), "plain"),
            toned(counted(fleet.terminals, "terminal"), "plain"),
        ]
        signs = self._signs(fleet)
        dot = "  ·  " if self.size.width >= _ROOM_FOR_WORDS else " · "
        return Content("  ") + signs + toned(dot, "muted").join(words)

    def _signs(self, fleet: Summary) -> Content:
        room = self.size.width - _ROOM_FOR_WORDS
        if not 0 < fleet.total <= min(_MOST_SIGNS, room // _ROOM_PER_SIGN):
            return Content("")
        marks = [toned(sign(state), tone(state)) for state in fleet.states]
        return Content(" ").join(marks) + Content("   ")
