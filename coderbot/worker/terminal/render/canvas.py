"""A small grey picture to draw one cell on, by how much of a pixel is covered."""

from collections.abc import Callable

Mask = tuple[bytes, ...]
"""Rows of a cell from the top; a byte a pixel, 0 clear to 255 covered."""


class Canvas:
    """The pixels of a cell, all clear at first.

    Args:
        width: In pixels.
        height: In pixels.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._rows = [bytearray(width) for _ in range(height)]

    def fill(
        self, left: int, top: int, right: int, bottom: int, value: int = 255
    ) -> None:
        """Cover a rectangle; what lies outside of the cell is cut off."""
        left, right = max(0, left), min(self.width, right)
        for y in range(max(0, top), min(self.height, bottom)):
            self._rows[y][left:right] = bytes([value]) * max(0, right - left)

    def shade(self, coverage: Callable[[float, float], float]) -> None:
        """Cover each pixel by what a function says of its centre, 0 to 1."""
        for y, row in enumerate(self._rows):
            for x in range(self.width):
                value = max(0.0, min(1.0, coverage(x + 0.5, y + 0.5)))
                row[x] = max(row[x], round(value * 255))

    def shade_inside(self, inside: Callable[[float, float], bool]) -> None:
        """Cover each pixel by the part of it that lies inside of a shape."""
        steps = [(n + 0.5) / _FINE for n in range(_FINE)]

        def coverage(x: float, y: float) -> float:
            left, top = x - 0.5, y - 0.5
            hits = sum(inside(left + dx, top + dy) for dy in steps for dx in steps)
            return hits / _FINE**2

        self.shade(coverage)

    def mask(self) -> Mask:
        """Return what has been drawn."""
        return tuple(bytes(row) for row in self._rows)


_FINE = 5
"""Points looked at in a pixel, each way."""
