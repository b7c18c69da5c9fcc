"""Box drawing characters (U+2500 to U+257F), drawn so that cells join.

What a character looks like is read from its Unicode name, which says for every
arm how it is drawn: `BOX DRAWINGS DOWN LIGHT AND RIGHT HEAVY`.
"""

import math
import unicodedata
from collections.abc import Callable

from coderbot.worker.terminal.render.canvas import Canvas

_LIGHT, _HEAVY, _DOUBLE = 1, 2, 3
_WEIGHTS = {"LIGHT": _LIGHT, "SINGLE": _LIGHT, "HEAVY": _HEAVY, "DOUBLE": _DOUBLE}
_ARMS = {
    "LEFT": ("left",),
    "RIGHT": ("right",),
    "UP": ("up",),
    "DOWN": ("down",),
    "HORIZONTAL": ("left", "right"),
    "VERTICAL": ("up", "down"),
}
_DASHES = {"DOUBLE": 2, "TRIPLE": 3, "QUADRUPLE": 4}


def is_box(character: str) -> bool:
    """Return whether `character` is drawn here."""
    return "\u2500" <= character <= "\u257f"


def draw_box(canvas: Canvas, character: str, stroke: int) -> None:
    """Draw a box drawing character.

    Args:
        canvas: One cell.
        character: See `is_box`.
        stroke: Thickness of a light line, in pixels.
    """
    words = unicodedata.name(character).removeprefix("BOX DRAWINGS ").split()
    if "DIAGONAL" in words:
        _draw_diagonals(canvas, words, stroke)
    elif "ARC" in words:
        _draw_arc(canvas, "RIGHT" in words, "DOWN" in words, stroke)
    elif "DASH" in words:
        count = next(_DASHES[word] for word in words if word in _DASHES)
        _draw_dashes(canvas, count, "HEAVY" in words, "VERTICAL" in words, stroke)
    else:
        _Junction(canvas, arms_of(words), stroke).draw()


def arms_of(words: list[str]) -> dict[str, int]:
    """Return the weight of every arm that a name speaks of."""
    arms: dict[str, int] = {}
    weight = _LIGHT
    for part in " ".join(words).split(" AND "):
        named = part.split()
        weight = next((_WEIGHTS[word] for word in named if word in _WEIGHTS), weight)
        for word in named:
            arms.update(dict.fromkeys(_ARMS.get(word, ()), weight))
    return arms


def _thickness(weight: int, stroke: int) -> int:
    """Return how thick a line of this weight is, a double one with its gap."""
    # An even difference, so that light and heavy lines have the same middle.
    return {0: 0, _LIGHT: stroke, _HEAVY: stroke + 2, _DOUBLE: 3 * stroke}[weight]


class _Junction:
    """Lines from the middle of a cell to its edges.

    Everything is worked out for an arm that goes from the middle to the left;
    the other arms are the same with x mirrored, or x and y exchanged.
    """

    def __init__(self, canvas: Canvas, arms: dict[str, int], stroke: int) -> None:
        self._canvas = canvas
        self._arms = arms
        self._stroke = stroke

    def draw(self) -> None:
        for name in self._arms:
            weight = self._arms[name]
            for near, far in self._lines(name, weight):
                self._draw_line(name, near, far, self._inner_end(name, weight, near))

    def _lines(self, name: str, weight: int) -> list[tuple[int, int]]:
        """Return the lines of an arm, as begin and end across it."""
        size = self._canvas.height if _is_flat(name) else self._canvas.width
        thickness = _thickness(weight, self._stroke)
        begin = (size - self._stroke) // 2 - (thickness - self._stroke) // 2
        if weight != _DOUBLE:
            return [(begin, begin + thickness)]
        last = begin + 2 * self._stroke
        return [(begin, begin + self._stroke), (last, last + self._stroke)]

    def _inner_end(self, name: str, weight: int, near: int) -> tuple[int, int]:
        """Return from where to where the middle is that this line must reach.

        The first number is for arms that come from the left or from above, the
        second for those from the other side.
        """
        before, after = ("up", "down") if _is_flat(name) else ("left", "right")
        size = self._canvas.width if _is_flat(name) else self._canvas.height
        middle = (size - self._stroke) // 2
        sides = self._arms.get(before, 0), self._arms.get(after, 0)
        if _DOUBLE not in sides:
            reach = (_thickness(max(sides), self._stroke) or self._stroke) // 2
            half = self._stroke // 2
            return middle + self._stroke + reach - half, middle - reach + half
        if weight == _DOUBLE:
            return self._end_at_double(name, near, middle, sides)
        return self._single_end_at_double(name, middle, sides)

    def _end_at_double(
        self, name: str, near: int, middle: int, sides: tuple[int, int]
    ) -> tuple[int, int]:
        """Return where one line of a double arm ends at a double line."""
        stroke = self._stroke
        across = self._canvas.height if _is_flat(name) else self._canvas.width
        is_first = near < (across - stroke) // 2
        this_side, other_side = sides if is_first else sides[::-1]
        if this_side == _DOUBLE:
            # An inner corner: the line bends away before the middle.
            return middle, middle + stroke
        if this_side == 0 and other_side == _DOUBLE:
            # An outer corner: the line goes round the other one.
            return middle + 2 * stroke, middle - stroke
        return middle + stroke, middle

    def _single_end_at_double(
        self, name: str, middle: int, sides: tuple[int, int]
    ) -> tuple[int, int]:
        """Return where a single arm ends at a double line."""
        stroke = self._stroke
        opposite = {"left": "right", "right": "left", "up": "down", "down": "up"}
        if opposite[name] in self._arms:
            return middle + stroke, middle
        if all(sides):
            return middle, middle + stroke
        return middle + 2 * stroke, middle - stroke

    def _draw_line(self, name: str, near: int, far: int, ends: tuple[int, int]) -> None:
        size = self._canvas.width if _is_flat(name) else self._canvas.height
        begin, end = (0, ends[0]) if name in ("left", "up") else (ends[1], size)
        if _is_flat(name):
            self._canvas.fill(begin, near, end, far)
        else:
            self._canvas.fill(near, begin, far, end)


def _is_flat(name: str) -> bool:
    return name in ("left", "right")


def _draw_dashes(
    canvas: Canvas, count: int, heavy: bool, upright: bool, stroke: int
) -> None:
    """Draw a broken line, with half a gap at either end of the cell."""
    length = canvas.height if upright else canvas.width
    across = canvas.width if upright else canvas.height
    thickness = _thickness(_HEAVY if heavy else _LIGHT, stroke)
    near = (across - stroke) // 2 - (thickness - stroke) // 2
    gap = max(1, length // (count * 4))
    for number in range(count):
        begin = round(number * length / count) + gap // 2
        end = round((number + 1) * length / count) - (gap - gap // 2)
        if upright:
            canvas.fill(near, begin, near + thickness, end)
        else:
            canvas.fill(begin, near, end, near + thickness)


def _draw_arc(canvas: Canvas, right: bool, down: bool, stroke: int) -> None:
    """Draw a rounded corner between two arms."""
    x = (canvas.width - stroke) // 2 + stroke / 2
    y = (canvas.height - stroke) // 2 + stroke / 2
    radius = min(canvas.width, canvas.height) / 2
    side, below = (1 if right else -1), (1 if down else -1)
    centre_x, centre_y = x + side * radius, y + below * radius

    def distance(px: float, py: float) -> float:
        if (py - centre_y) * below > 0:
            return abs(px - x)
        if (px - centre_x) * side > 0:
            return abs(py - y)
        return abs(math.hypot(px - centre_x, py - centre_y) - radius)

    canvas.shade(lambda px, py: stroke / 2 + 0.5 - distance(px, py))


def _draw_diagonals(canvas: Canvas, words: list[str], stroke: int) -> None:
    """Draw one line from corner to corner, or both."""
    rising = "CROSS" in words or "RIGHT" in words[: words.index("TO")]
    falling = "CROSS" in words or not rising
    if falling:
        canvas.shade(_diagonal(canvas, stroke, rising=False))
    if rising:
        canvas.shade(_diagonal(canvas, stroke, rising=True))


def _diagonal(
    canvas: Canvas, stroke: int, rising: bool
) -> Callable[[float, float], float]:
    length = math.hypot(canvas.width, canvas.height)

    def coverage(x: float, y: float) -> float:
        across = canvas.width - x if rising else x
        distance = abs(across * canvas.height - y * canvas.width) / length
        return stroke / 2 + 0.5 - distance

    return coverage
