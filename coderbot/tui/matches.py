"""Which of the lines shown hold what is looked for (pure)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from coderbot.supervisor.lines import LogLine
from coderbot.tui.linebuffer import plain_body
from coderbot.tui.needle import Needle


class Matches:
    """Numbers of the lines that match, in order.

    Args:
        needle: What is looked for.
    """

    def __init__(self, needle: Needle) -> None:
        self.needle = needle
        self._seqs: list[int] = []

    def __len__(self) -> int:
        return len(self._seqs)

    def add_newer(self, lines: Iterable[LogLine]) -> None:
        """Look through lines that are newer than all before."""
        if self.needle:
            self._seqs += self._found(lines)

    def add_older(self, lines: Iterable[LogLine]) -> None:
        """Look through lines that are older than all before."""
        if self.needle:
            self._seqs[:0] = self._found(lines)

    def forget(self, first_seq: int) -> None:
        """Drop lines numbered below `first_seq`: they are no longer shown."""
        del self._seqs[: bisect_left(self._seqs, first_seq)]

    def next(self, seq: int, step: int) -> int | None:
        """Return the next match from a line on, going round once; None without any.

        Args:
            seq: Number of the line to go from; itself taken last.
            step: 1 towards newer lines, -1 towards older ones.
        """
        if not self._seqs:
            return None
        if step > 0:
            place = bisect_right(self._seqs, seq)
            return self._seqs[place % len(self._seqs)]
        return self._seqs[bisect_left(self._seqs, seq) - 1]

    def place(self, seq: int) -> int:
        """Return which match a line is, from 1, counted from the oldest."""
        return bisect_left(self._seqs, seq) + 1

    def _found(self, lines: Iterable[LogLine]) -> list[int]:
        needle = self.needle
        if needle.is_regex:
            return [line.seq for line in lines if needle.found_in(plain_body(line))]
        text = needle.text.lower()
        return [line.seq for line in lines if text in plain_body(line).lower()]
