"""Lines of the log as rows of cells; those drawn lately are kept."""

from rich.console import Console
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip

from coderbot.supervisor.lines import LogLine
from coderbot.tui.logtext import Look, pieces
from coderbot.tui.themes import HUES

_CACHED_ROWS = 1_024


class LinePainter:
    """Turns lines into rows.

    Args:
        look: How lines are to look.
        style: Of the widget; lies under all others.
        room: Cells for the text of a wrapped line; None: one row a line.
        console: Renders.
    """

    def __init__(
        self, look: Look, style: Style, room: int | None, console: Console
    ) -> None:
        self._look = look
        self._style = style
        self._room = room
        self._console = console
        self._strips: LRUCache[tuple[int, int], Strip] = LRUCache(_CACHED_ROWS)

    @property
    def room(self) -> int | None:
        """Cells for the text of a wrapped line; None: one row a line."""
        return self._room

    def strip(self, line: LogLine, piece: int, *, found: bool) -> Strip:
        """Return one of the rows of a line.

        Args:
            line: It.
            piece: Which of its rows, from 0.
            found: Whether it is the match that the search stands at.
        """
        strip = self._strips.get((line.seq, piece))
        return self._drawn(line, piece, found=found) if strip is None else strip

    def forget(self) -> None:
        """Draw everything anew."""
        self._strips.clear()

    def _drawn(self, line: LogLine, piece: int, *, found: bool) -> Strip:
        rows = pieces(line, self._look, HUES, self._room, found=found)
        width = self._look.width
        for number, text in enumerate(rows):
            text.truncate(width, overflow="ellipsis")
            strip = Strip(text.render(self._console)).apply_style(self._style)
            strip = strip.adjust_cell_length(width, self._style)
            self._strips[line.seq, number] = strip
        return self._strips[line.seq, piece]
