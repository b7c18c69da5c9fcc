"""A journey as a picture: steps from top to bottom, in SVG."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

_WIDTH = 720
_ROOM_WIDTH = 130
_BOX_X = 150
_BOX_HEIGHT = 62
_PITCH = 92
"""From the top of one box to the top of the next."""
_MARGIN = 8
_COLOURS = ("#00796b", "#3949ab", "#8e5a00", "#ad1457", "#455a64")
"""One for each room, dark enough for white letters and for both looks of a page."""
_HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img" aria-label="{title}">
<style>
text {{ font: 13px system-ui, sans-serif; fill: #212121 }}
.title {{ font-weight: 600; font-size: 15px }}
.file {{ font: 11px ui-monospace, monospace; fill: #616161 }}
.room {{ font-weight: 600; fill: #fff; text-anchor: middle }}
.passes {{ fill: #78909c; font-style: italic; font-size: 12px }}
.arrow {{ stroke: #78909c; stroke-width: 2; fill: none; marker-end: url(#head) }}
</style>
<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#78909c"/></marker>
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One station of a journey."""

    room: str
    """Whose it is: a process, or what is outside."""
    title: str
    does: str
    files: tuple[str, ...] = ()
    """Where it stands in the code, from `coderbot/`."""
    passes: str = ""
    """What goes on to the next station."""


def draw(title: str, steps: Sequence[Step]) -> str:
    """Return the picture of a journey."""
    height = len(steps) * _PITCH - (_PITCH - _BOX_HEIGHT) + 2 * _MARGIN
    parts = [_HEAD.format(width=_WIDTH, height=height, title=escape(title))]
    parts += _rooms(steps)
    for place, step in enumerate(steps):
        parts += _box(_top(place), step)
    for place, (step, _) in enumerate(pairwise(steps)):
        parts += _arrow(_top(place) + _BOX_HEIGHT, step.passes)
    return "\n".join((*parts, "</svg>")) + "\n"


def _top(place: int) -> int:
    return _MARGIN + place * _PITCH


def _rooms(steps: Sequence[Step]) -> Iterator[str]:
    """Yield a band for each run of steps in the same room."""
    names = list(dict.fromkeys(step.room for step in steps))
    begin = 0
    for end in range(1, len(steps) + 1):
        if end < len(steps) and steps[end].room == steps[begin].room:
            continue
        top, bottom = _top(begin), _top(end - 1) + _BOX_HEIGHT
        colour = _COLOURS[names.index(steps[begin].room) % len(_COLOURS)]
        middle_x, middle_y = _MARGIN + _ROOM_WIDTH // 2, (top + bottom) // 2 + 5
        yield (
            f'<rect x="{_MARGIN}" y="{top}" width="{_ROOM_WIDTH}" '
            f'height="{bottom - top}" rx="6" fill="{colour}"/>'
        )
        yield (
            f'<text class="room" x="{middle_x}" y="{middle_y}">'
            f"{escape(steps[begin].room)}</text>"
        )
        begin = end


def _box(top: int, step: Step) -> Iterator[str]:
    width = _WIDTH - _BOX_X - _MARGIN
    yield (
        f'<rect x="{_BOX_X}" y="{top}" width="{width}" height="{_BOX_HEIGHT}" '
        'rx="6" fill="#fafafa" stroke="#b0bec5"/>'
    )
    lines = (
        ("title", step.title),
        ("does", step.does),
        ("file", "  ".join(step.files)),
    )
    for place, (kind, text) in enumerate(lines):
        y = top + 20 + place * 17
        yield f'<text class="{kind}" x="{_BOX_X + 12}" y="{y}">{escape(text)}</text>'


def _arrow(top: int, passes: str) -> Iterator[str]:
    x = _BOX_X + 40
    yield f'<path class="arrow" d="M{x} {top}V{top + _PITCH - _BOX_HEIGHT - 2}"/>'
    if passes:
        yield f'<text class="passes" x="{x + 14}" y="{top + 19}">{escape(passes)}</text>'
