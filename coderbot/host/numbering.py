"""Numbers of another host's lines, and those that they bear here (pure)."""

from bisect import bisect_right
from dataclasses import dataclass, replace

_MOST = 10_000
"""Stretches that are remembered; of older ones the nearest speaks."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Lines whose numbers differ by the same everywhere."""

    here: int
    there: int
    count: int


class Numbering:
    """Knows which number a line of the other host bears here.

    Lines that came before the first are counted back from it, so that older ones,
    asked for later, are in order with those that are there.
    """

    def __init__(self) -> None:
        self._stretches: list[_Stretch] = []

    @property
    def is_empty(self) -> bool:
        """Whether no line has come yet."""
        return not self._stretches

    @property
    def last_there(self) -> int:
        """Number there of the last line that has come; 0 before the first."""
        if not self._stretches:
            return 0
        last = self._stretches[-1]
        return last.there + last.count - 1

    def add(self, here: int, there: int) -> None:
        """Note a line that follows those before, by its number here and there."""
        last = self._stretches[-1] if self._stretches else None
        if last is not None and (here - last.here, there - last.there) == (
            last.count,
            last.count,
        ):
            self._stretches[-1] = replace(last, count=last.count + 1)
        else:
            self._stretches.append(_Stretch(here, there, 1))
        del self._stretches[:-_MOST]

    def to_here(self, there: int) -> int:
        """Return the number that line `there` of the other host bears here."""
        place = bisect_right(self._stretches, there, key=lambda each: each.there)
        stretch = self._stretches[max(0, place - 1)]
        return stretch.here + (there - stretch.there)

    def to_there(self, here: int) -> int:
        """Return the last line of the other host that is numbered up to `here`."""
        place = bisect_right(self._stretches, here, key=lambda each: each.here)
        if place == 0:
            first = self._stretches[0]
            return first.there + (here - first.here)
        stretch = self._stretches[place - 1]
        return stretch.there + min(here - stretch.here, stretch.count - 1)
