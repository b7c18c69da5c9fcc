"""The lines a log view holds, and the rows they take on the screen (pure)."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from operator import attrgetter

from coderbot.supervisor.lines import LogLine
from coderbot.tui.plain import cuts, printable, shortened

KEEP = 50_000
"""Lines held at most; the oldest leave first."""

_seq = attrgetter("seq")


def plain_body(line: LogLine) -> str:
    """Return the text of a line as it is drawn, without prefix and colours."""
    return printable(shortened(line.parted[1]))


class LineBuffer:
    """A bounded list of lines that knows the row of each.

    Args:
        keep: How many lines at most.
    """

    def __init__(self, keep: int = KEEP) -> None:
        self._keep = keep
        self._lines: list[LogLine] = []
        self._ends: list[int] = []
        self._gone = 0
        self._width: int | None = None

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def rows(self) -> int:
        """Rows that all lines take together."""
        if self._width is None:
            return len(self._lines)
        return self._ends[-1] - self._gone if self._ends else 0

    def extend(self, lines: Sequence[LogLine]) -> int:
        """Add newer lines; return how many rows had to leave at the top."""
        self._lines.extend(lines)
        if self._width is not None:
            self._measure(lines)
        return self._prune(len(self._lines) - self._keep)

    def prepend(self, lines: Sequence[LogLine]) -> int:
        """Add older lines at the top; returns how many rows they take.

        The bound may be passed by them: whoever reads the past wants to keep it.
        """
        before = self.rows
        self._lines[:0] = lines
        width, self._width = self._width, None
        self.wrap(width)
        return self.rows - before

    def before(self, seq: int, limit: int) -> Sequence[LogLine]:
        """Return the last `limit` lines numbered below `seq`, in order."""
        end = bisect_left(self._lines, seq, key=_seq)
        return self._lines[max(0, end - limit) : end]

    def lines(self) -> Sequence[LogLine]:
        """Return all lines held, in order."""
        return tuple(self._lines)

    def place_of(self, seq: int) -> int | None:
        """Return the place of the line with this number; None when it is not held."""
        place = bisect_left(self._lines, seq, key=_seq)
        found = place < len(self._lines) and self._lines[place].seq == seq
        return place if found else None

    def seq_at(self, place: int) -> int:
        """Return the number of the line at a place."""
        return self._lines[place].seq

    @property
    def first_seq(self) -> int:
        """Number of the oldest line held; 0 when there is none."""
        return self._lines[0].seq if self._lines else 0

    def clear(self) -> None:
        """Forget all lines."""
        self._lines.clear()
        self._ends.clear()
        self._gone = 0

    def wrap(self, width: int | None) -> None:
        """Give each line the rows it needs in `width` cells; None: one row each."""
        if width == self._width:
            return
        self._width = width
        self._ends.clear()
        self._gone = 0
        if width is not None:
            self._measure(self._lines)

    def at(self, row: int) -> tuple[LogLine, int]:
        """Return the line in a row, and which of its rows that is, from 0."""
        index = self.index_at(row)
        return self._lines[index], row - self.row_of(index)

    def index_at(self, row: int) -> int:
        """Return the place of the line in a row."""
        if self._width is None:
            return row
        return bisect_right(self._ends, row + self._gone)

    def row_of(self, index: int) -> int:
        """Return the first row of the line at a place."""
        if self._width is None or index == 0:
            return index
        return self._ends[index - 1] - self._gone

    def find(
        self, matches: Callable[[LogLine], bool], start: int, step: int
    ) -> int | None:
        """Return the place of the next match after `start`, going round once.

        Args:
            matches: Tells whether a line is looked for.
            start: The place to go from; itself looked at last.
            step: 1 towards newer lines, -1 towards older ones.
        """
        count = len(self._lines)
        places = ((start + step * away) % count for away in range(1, count + 1))
        return next((place for place in places if matches(self._lines[place])), None)

    def _measure(self, lines: Sequence[LogLine]) -> None:
        width = max(1, self._width or 1)
        end = self._ends[-1] if self._ends else self._gone
        for line in lines:
            end += 1 + len(cuts(plain_body(line), width))
            self._ends.append(end)

    def _prune(self, surplus: int) -> int:
        if surplus <= 0:
            return 0
        before = self.rows
        del self._lines[:surplus]
        if self._width is not None:
            self._gone = self._ends[surplus - 1]
            del self._ends[:surplus]
        return before - self.rows
