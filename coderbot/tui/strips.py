"""Rows of cells, changed."""

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip


def highlighted(strip: Strip, span: tuple[int, int], style: Style) -> Strip:
    """Return a strip with its characters from `span` in another style."""
    start, end = span
    left = cell_len(strip.text[:start])
    right = strip.cell_length if end < 0 else cell_len(strip.text[:end])
    marked = [
        Segment(text, (own or Style()) + style)
        for text, own, _ in strip.crop(left, right)
    ]
    rest = strip.crop(right, strip.cell_length)
    return Strip([*strip.crop(0, left), *marked, *rest], strip.cell_length)
