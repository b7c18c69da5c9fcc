"""Blocks, Braille and Powerline, drawn so that cells join."""

import math
from collections.abc import Callable

from coderbot.worker.terminal.render.canvas import Canvas

_SHADES = {"\u2591": 64, "\u2592": 128, "\u2593": 191}
_QUADRANTS = {
    "\u2596": "c",
    "\u2597": "d",
    "\u2598": "a",
    "\u2599": "acd",
    "\u259a": "ad",
    "\u259b": "abc",
    "\u259c": "abd",
    "\u259d": "b",
    "\u259e": "bc",
    "\u259f": "bcd",
}
"""Which of the quarters a b (above) and c d (below) are filled."""

_BRAILLE = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Column and row of the dot for each bit, from the lowest."""


def is_shape(character: str) -> bool:
    """Return whether `character` is drawn here."""
    return (
        "\u2580" <= character <= "\u259f"
        or "\u2800" <= character <= "\u28ff"
        or "\ue0b0" <= character <= "\ue0bf"
        or "\U0001fb00" <= character <= "\U0001fb3b"
    )


def draw_shape(canvas: Canvas, character: str, stroke: int) -> None:
    """Draw a block, a Braille pattern or a Powerline sign.

    Args:
        canvas: One cell.
        character: See `is_shape`.
        stroke: Thickness of a line, in pixels.
    """
    if character < "\u2600":
        _draw_block(canvas, character)
    elif character < "\u2900":
        _draw_braille(canvas, ord(character) - 0x2800)
    elif character < "\ue100":
        _draw_powerline(canvas, ord(character) - 0xE0B0, stroke)
    else:
        _draw_sextant(canvas, ord(character) - 0x1FB00)


def _draw_block(canvas: Canvas, character: str) -> None:
    width, height = canvas.width, canvas.height
    number = ord(character) - 0x2580
    if character in _SHADES:
        canvas.fill(0, 0, width, height, _SHADES[character])
    elif character in _QUADRANTS:
        _draw_quadrants(canvas, _QUADRANTS[character])
    elif number == 0x00:
        canvas.fill(0, 0, width, height // 2)
    elif number <= 0x08:
        canvas.fill(0, height - _eighths(height, number), width, height)
    elif number <= 0x0F:
        canvas.fill(0, 0, _eighths(width, 0x10 - number), height)
    elif number == 0x10:
        canvas.fill(width // 2, 0, width, height)
    elif number == 0x14:
        canvas.fill(0, 0, width, _eighths(height, 1))
    elif number == 0x15:
        canvas.fill(width - _eighths(width, 1), 0, width, height)


def _eighths(length: int, count: int) -> int:
    # Half a cell must be what its other half leaves over.
    return length - length // 2 if count == 4 else max(1, round(length * count / 8))


def _draw_quadrants(canvas: Canvas, quarters: str) -> None:
    x, y = canvas.width // 2, canvas.height // 2
    for quarter in quarters:
        left, top = quarter in "bd", quarter in "cd"
        canvas.fill(
            x if left else 0,
            y if top else 0,
            canvas.width if left else x,
            canvas.height if top else y,
        )


def _draw_sextant(canvas: Canvas, number: int) -> None:
    """Draw a block of two by three parts; the row of signs skips both halves."""
    bits = number + 1 + (number >= 0x14) + (number >= 0x28)
    columns = (0, canvas.width // 2, canvas.width)
    rows = (0, round(canvas.height / 3), round(canvas.height * 2 / 3), canvas.height)
    for bit in range(6):
        if bits >> bit & 1:
            x, y = bit % 2, bit // 2
            canvas.fill(columns[x], rows[y], columns[x + 1], rows[y + 1])


def _draw_braille(canvas: Canvas, bits: int) -> None:
    radius = min(canvas.width / 4, canvas.height / 8) * 0.75
    dots = [
        (canvas.width * (1 + 2 * x) / 4, canvas.height * (1 + 2 * y) / 8)
        for bit, (x, y) in enumerate(_BRAILLE)
        if bits >> bit & 1
    ]
    canvas.shade_inside(
        lambda x, y: any(math.hypot(x - cx, y - cy) <= radius for cx, cy in dots)
    )


def _draw_powerline(canvas: Canvas, number: int, stroke: int) -> None:
    if number < 0x08:
        # Those that point to the left are those that point to the right, mirrored.
        outline = _arrow(canvas) if number < 0x04 else _bow(canvas)
        mirrored = bool(number & 2)
        is_line = bool(number & 1)
        _draw_outline(canvas, outline, mirrored, stroke if is_line else 0)
    else:
        _draw_slant(canvas, number - 0x08, stroke)


def _arrow(canvas: Canvas) -> Callable[[float], float]:
    """Return how far to the right the arrow head goes at a height."""
    half = canvas.height / 2
    return lambda y: canvas.width * (1 - abs(y - half) / half)


def _bow(canvas: Canvas) -> Callable[[float], float]:
    """Return how far to the right the half circle goes at a height."""
    half = canvas.height / 2
    return lambda y: canvas.width * math.sqrt(max(0.0, 1 - ((y - half) / half) ** 2))


def _draw_outline(
    canvas: Canvas, reach: Callable[[float], float], mirrored: bool, stroke: int
) -> None:
    """Fill up to an outline, or draw only the line if `stroke` is not 0."""

    def inside(x: float, y: float) -> bool:
        across = canvas.width - x if mirrored else x
        if not stroke:
            return across <= reach(y)
        # Measured across the line, which is steep at both ends of an arrow.
        slope = abs(reach(y + 0.1) - reach(y - 0.1)) / 0.2
        return abs(reach(y) - stroke / 2 - across) <= stroke / 2 * math.hypot(1, slope)

    canvas.shade_inside(inside)


def _draw_slant(canvas: Canvas, number: int, stroke: int) -> None:
    """Draw a filled half below or above a diagonal, or the diagonal alone."""
    width, height = canvas.width, canvas.height
    length = math.hypot(width, height)
    # 0 lower left, 1 its line; 2 lower right, 3; 4 upper left, 5; 6 upper right, 7
    rising = number in (2, 3, 4, 5)
    lower = number < 4

    def inside(x: float, y: float) -> bool:
        across = width - x if rising else x
        side = y * width - across * height
        if number & 1:
            return abs(side) / length <= stroke / 2
        return side >= 0 if lower else side <= 0

    canvas.shade_inside(inside)
