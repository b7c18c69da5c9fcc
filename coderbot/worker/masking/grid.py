"""A screen as one text, and changes of that text brought back to its cells (pure)."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace

from coderbot.worker.masking.known import GAPS
from coderbot.worker.masking.shapes import Span
from coderbot.worker.terminal.screen import Line, Run, Screen

MASK = "•"
"""Stands for a character of a secret."""

_EDGE = 6
"""A text that ends so few cells before the edge may go on in the next row: programs
that wrap by themselves leave room for a frame and a blank or two."""


class Grid:
    """The text of a screen without frames, wrapped rows joined.

    Args:
        screen: What is shown.
    """

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._starts: list[int] = []
        """For every row, where it begins in the text."""
        self._skipped: list[int] = []
        """For every row, characters at its left that the text leaves out."""
        self.text = self._joined()

    def _joined(self) -> str:
        parts: list[str] = []
        size = 0
        for line in self._screen.lines:
            raw = "".join([run.text for run in line])
            content = raw.rstrip(GAPS)
            right = len(raw) - len(content)
            content = content.lstrip(GAPS)
            self._starts.append(size)
            self._skipped.append(len(raw) - right - len(content))
            goes_on = _columns(line) - right >= self._screen.columns - _EDGE
            parts.append(content if goes_on else content + "\n")
            size += len(parts[-1])
        return "".join(parts)

    def masked(self, spans: Iterable[Span]) -> Screen:
        """Return the screen with what lies in `spans` of the text made unreadable."""
        lines = list(self._screen.lines)
        for first, last in spans:
            for row, begin, end in self._rows(first, last):
                lines[row] = _masked(lines[row], begin, end)
        return replace(self._screen, lines=tuple(lines))

    def _rows(self, first: int, last: int) -> Iterator[tuple[int, int, int]]:
        """Yield row, first and last character in it, of a span of the text."""
        row = bisect_right(self._starts, first) - 1
        while row < len(self._starts) and self._starts[row] < last:
            shift = self._skipped[row] - self._starts[row]
            begin = max(first, self._starts[row]) + shift
            following = self._starts[row + 1 : row + 2] or [last]
            yield row, begin, min(last, following[0]) + shift
            row += 1


def _columns(line: Line) -> int:
    return sum([run.columns for run in line])


def _masked(line: Line, begin: int, end: int) -> Line:
    """Return `line` with its characters from `begin` to `end` replaced."""
    runs: list[Run] = []
    at = 0
    for run in line:
        size = len(run.text)
        first, last = max(begin - at, 0), min(end - at, size)
        at += size
        if first >= last:
            runs.append(run)
        elif run.width:
            runs.append(Run(MASK * run.width, run.style))
        else:
            text = run.text[:first] + MASK * (last - first) + run.text[last:]
            runs.append(Run(text, run.style))
    return tuple(runs)
