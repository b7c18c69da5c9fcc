"""From the packed style of a cell to a `Style` (pure)."""

import struct
from collections.abc import Sequence

from coderbot.worker.terminal.screen import PLAIN, Rgb, Style, Underline

_LAYOUT = struct.Struct("=8x16s16s16s8?i4x")
"""Colours of text, background and underline, eight flags, the kind of underline."""
STYLE_BYTES = _LAYOUT.size
"""Size of a packed style."""

_TAG, _VALUE = 0, 8
"""Where in a colour its kind and its value lie, in bytes."""
_NONE, _RGB = 0, 2
_UNDERLINES = tuple(Underline)


def read_style(raw: bytes, palette: Sequence[Rgb]) -> Style:
    """Return the style that `raw` packs, its colours taken from `palette`."""
    fg, bg, line, *flags, underline = _LAYOUT.unpack(raw)
    bold, italic, faint, _blink, inverse, invisible, strike, overline = flags
    style = Style(
        _color(fg, palette, brighten=bold),
        _color(bg, palette),
        _UNDERLINES[underline],
        _color(line, palette),
        bold,
        faint,
        italic,
        strike,
        overline,
        inverse,
        invisible,
    )
    return PLAIN if style == PLAIN else style


def _color(raw: bytes, palette: Sequence[Rgb], brighten: bool = False) -> Rgb | None:
    """Return the colour that `raw` names; None is the default one.

    Args:
        raw: A packed colour.
        palette: Colours by number.
        brighten: Take the bright one of colours 0 to 7. Programs that know only 8
            colours write bold black for grey.
    """
    kind = raw[_TAG]
    if kind == _NONE:
        return None
    if kind == _RGB:
        return raw[_VALUE], raw[_VALUE + 1], raw[_VALUE + 2]
    number = raw[_VALUE]
    return palette[number + 8 if brighten and number < 8 else number]
