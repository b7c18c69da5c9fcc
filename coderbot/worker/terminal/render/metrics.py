"""Sizes of a picture, in pixels (pure)."""

import math
from dataclasses import dataclass

ADVANCE = 1233 / 2048
"""Width of a letter of DejaVu Sans Mono, in parts of its size."""
_ASCENT, _DESCENT = 0.928, 0.236
"""Heights above and below the base line that all letters keep to."""

MAX_SIDES = 10_000
"""Telegram takes no photo whose width and height sum up to more."""
MAX_RATIO = 20
"""Nor one that is more than so many times as long as wide."""
_MIN_FONT = 6


@dataclass(frozen=True, slots=True)
class Metrics:
    """Sizes that follow from the size of the letters; all in pixels."""

    font: int
    """Size of the letters: the largest that is no wider than a cell."""
    width: int
    """Of a cell."""
    height: int
    """Of a cell."""
    baseline: int
    """From the top of a cell to the line that letters stand on."""
    stroke: int
    """Thickness of lines."""

    @classmethod
    def of(cls, font_size: int) -> "Metrics":
        """Return the sizes for letters of `font_size` pixels, or nearly so.

        Cells are whole pixels wide, and no letter may be cut at their edges. The
        font comes in whole sizes only (it asks for that itself), so letters of
        14 pixels become 13 in cells of 8.
        """
        width = max(3, round(font_size * ADVANCE))
        baseline = math.ceil(font_size * _ASCENT)
        return cls(
            font=int(width / ADVANCE),
            width=width,
            height=baseline + math.ceil(font_size * _DESCENT),
            baseline=baseline,
            stroke=max(1, round(font_size / 14)),
        )


@dataclass(frozen=True, slots=True)
class Page:
    """The whole picture: cells with a margin around; all in pixels."""

    metrics: Metrics
    columns: int
    rows: int
    left: int
    right: int
    top: int
    bottom: int

    @property
    def width(self) -> int:
        """Of the picture."""
        return self.left + self.columns * self.metrics.width + self.right

    @property
    def height(self) -> int:
        """Of the picture."""
        return self.top + self.rows * self.metrics.height + self.bottom

    @property
    def is_allowed(self) -> bool:
        """Whether Telegram takes a photo of this size."""
        return self.width + self.height <= MAX_SIDES

    @classmethod
    def of(cls, columns: int, rows: int, font_size: int) -> "Page":
        """Return the page for a screen of so many cells.

        The letters are smaller than `font_size` pixels if Telegram would refuse
        the picture otherwise; a very long one gets wider margins.
        """
        while True:
            page = cls._of(columns, rows, font_size)
            if page.is_allowed or font_size <= _MIN_FONT:
                return page
            font_size -= 1

    @classmethod
    def _of(cls, columns: int, rows: int, font_size: int) -> "Page":
        metrics = Metrics.of(font_size)
        margin = max(3, metrics.width // 2)
        width = columns * metrics.width + 2 * margin
        height = rows * metrics.height + 2 * margin
        return cls(
            metrics,
            columns,
            rows,
            left=margin,
            right=margin + max(0, -(-height // MAX_RATIO) - width),
            top=margin,
            bottom=margin + max(0, -(-width // MAX_RATIO) - height),
        )
