"""Signs that coding agents use and hardly any font has."""

import math
from collections.abc import Callable

from coderbot.worker.terminal.render.canvas import Canvas

_MEDIA = "\u23f4\u23f5\u23f6\u23f7\u23f8\u23f9\u23fa"
"""Triangles to the left, right, up and down; pause, stop, record."""
_LINES = "\u23af\u23d0\u23be\u23bf"
"""A flat and an upright line, and two corners."""


def is_symbol(grapheme: str) -> bool:
    """Return whether `grapheme` is drawn here."""
    return grapheme in _MEDIA or grapheme in _LINES


def draw_symbol(canvas: Canvas, character: str, stroke: int, baseline: int) -> None:
    """Draw a sign.

    Args:
        canvas: One cell.
        character: See `is_symbol`.
        stroke: Thickness of a line, in pixels.
        baseline: From the top of the cell, in pixels.
    """
    if character in _LINES:
        _draw_lines(canvas, character, stroke)
        return
    # As large as a capital letter, and in its place.
    radius = min(canvas.width / 2 - 0.25, baseline * 0.4)
    x, y = canvas.width / 2, baseline - baseline * 0.39
    shape = _SHAPES[_MEDIA.index(character)]
    canvas.shade_inside(lambda px, py: shape((px - x) / radius, (py - y) / radius))


def _draw_lines(canvas: Canvas, character: str, stroke: int) -> None:
    x, y = (canvas.width - stroke) // 2, (canvas.height - stroke) // 2
    if character == "\u23af":
        canvas.fill(0, y, canvas.width, y + stroke)
    elif character == "\u23d0":
        canvas.fill(x, 0, x + stroke, canvas.height)
    elif character == "\u23be":
        canvas.fill(x, y, x + stroke, canvas.height)
        canvas.fill(x, y, canvas.width, y + stroke)
    else:
        canvas.fill(x, 0, x + stroke, y + stroke)
        canvas.fill(x, y, canvas.width, y + stroke)


def _to_the_right(x: float, y: float) -> bool:
    return -0.75 <= x <= 1 and abs(y) <= (1 - x) / 1.75


_SHAPES: tuple[Callable[[float, float], bool], ...] = (
    lambda x, y: _to_the_right(-x, y),
    _to_the_right,
    lambda x, y: _to_the_right(-y, x),
    lambda x, y: _to_the_right(y, x),
    lambda x, y: 0.25 <= abs(x) <= 0.75 and abs(y) <= 0.9,
    lambda x, y: abs(x) <= 0.8 and abs(y) <= 0.8,
    lambda x, y: math.hypot(x, y) <= 0.95,
)
"""Whether a point lies inside, for the signs of `_MEDIA`; 1 is the edge of a cell."""
