"""What stands for a character that no font has: its code point, in a frame."""

from coderbot.worker.terminal.render.canvas import Canvas

_DIGITS = (
    *("75557", "26227", "71747", "71717", "55711", "74717", "74757", "71222"),
    *("75757", "75717", "25755", "65656", "34443", "65556", "74647", "74644"),
)
"""Rows of the digits 0 to F from the top, three bits each."""
_WIDTH, _HEIGHT = 3, 5


def draw_hexbox(canvas: Canvas, character: str) -> None:
    """Draw the code point of `character` in hexadecimal.

    Args:
        canvas: One cell, or two for a wide character.
        character: Of which the fonts know nothing.
    """
    digits = f"{ord(character):04X}"
    columns = 2 if canvas.width < 4 * (_WIDTH + 1) else -(-len(digits) // 2)
    rows = -(-len(digits) // columns)
    # One pixel between digits, and one around all of them.
    scale = min(
        (canvas.width + 1) // (columns * (_WIDTH + 1)),
        (canvas.height + 1) // (rows * (_HEIGHT + 1)),
    )
    if scale < 1:
        _draw_frame(canvas)
        return
    left = (canvas.width - columns * (_WIDTH + 1) * scale + scale) // 2
    top = (canvas.height - rows * (_HEIGHT + 1) * scale + scale) // 2
    if left >= 2 * scale and top >= 2 * scale:
        _draw_frame(canvas)
    for number, digit in enumerate(digits):
        x = left + number % columns * (_WIDTH + 1) * scale
        y = top + number // columns * (_HEIGHT + 1) * scale
        _draw_digit(canvas, int(digit, 16), x, y, scale)


def _draw_frame(canvas: Canvas) -> None:
    width, height = canvas.width, canvas.height
    canvas.fill(0, 1, width, 2)
    canvas.fill(0, height - 2, width, height - 1)
    canvas.fill(0, 1, 1, height - 1)
    canvas.fill(width - 1, 1, width, height - 1)


def _draw_digit(canvas: Canvas, digit: int, x: int, y: int, scale: int) -> None:
    for row, bits in enumerate(_DIGITS[digit]):
        for column in range(_WIDTH):
            if int(bits) >> (_WIDTH - 1 - column) & 1:
                left, top = x + column * scale, y + row * scale
                canvas.fill(left, top, left + scale, top + scale)
