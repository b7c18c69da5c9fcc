"""From the packed cells of a row to runs (pure)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from coderbot.worker.terminal.screen import PLAIN, Line, Rgb, Run, Style, Underline

_CODEPOINT, _GRAPHEME, _PALETTE, _RGB = range(4)
_NARROW, _WIDE, _TAIL, _HEAD = range(4)


@dataclass(frozen=True, slots=True)
class CellLayout:
    """Where the parts of a packed cell lie, in bits from the lowest."""

    content: int
    """Code point (21 bits), number of a colour (8) or a colour (24, red lowest)."""
    tag: int
    """What the content is (2 bits)."""
    style: int
    """Number of the style within the row (16 bits)."""
    wide: int
    """Whether a character is wide, or what is left of one (2 bits)."""
    link: int
    """Whether the cell belongs to a hyperlink (1 bit)."""

    @classmethod
    def of(cls, bits: Mapping[str, Mapping[str, int]]) -> "CellLayout":
        """Return the layout that the emulator describes under `bits`."""
        return cls(
            content=bits["content"]["lsb"],
            tag=bits["content_tag"]["lsb"],
            style=bits["style_id"]["lsb"],
            wide=bits["wide"]["lsb"],
            link=bits["hyperlink"]["lsb"],
        )

    @property
    def look(self) -> int:
        """Mask of what neighbouring cells must share to be one run."""
        return 0xFFFF << self.style | 3 << self.tag | 3 << self.wide | 1 << self.link


class RowDecoder:
    """Makes lines of packed rows.

    Args:
        layout: Of a cell.
        style_at: Returns the style of the cell in a column of the current row.
        grapheme_at: Returns the text of such a cell when it has several code points.
        palette: Returns the colour of this number, at present.
    """

    def __init__(
        self,
        layout: CellLayout,
        style_at: Callable[[int], Style],
        grapheme_at: Callable[[int], str],
        palette: Callable[[int], Rgb],
    ) -> None:
        self._layout = layout
        self._style_at = style_at
        self._grapheme_at = grapheme_at
        self._palette = palette

    def decode(self, cells: Sequence[int]) -> Line:
        """Return the line of the current row, whose packed cells these are."""
        if not any(cells):
            return ()
        layout = self._layout
        look, content = layout.look, layout.content
        # A style in a link is another one than the same outside of it.
        style_bits = 0xFFFF << layout.style | 1 << layout.link
        styles: dict[int, Style] = {0: PLAIN}
        runs: list[Run] = []
        x = 0
        for key, group in groupby(cells, look.__and__):
            members = list(group)
            tag = key >> layout.tag & 3
            wide = key >> layout.wide & 3
            number = key & style_bits
            style = styles.get(number)
            if style is None:
                is_link = bool(key >> layout.link & 1)
                style = styles[number] = _linked(self._style_at(x), is_link)
            if tag == _CODEPOINT and wide in (_NARROW, _HEAD):
                text = "".join([chr(c >> content & 0x1FFFFF or 32) for c in members])
                _append(runs, text, style)
            elif tag in (_PALETTE, _RGB):
                self._blanks(runs, members, tag)
            elif wide != _TAIL:
                self._graphemes(runs, members, x, wide, tag, style)
            x += len(members)
        return _trimmed(runs)

    def _blanks(self, runs: list[Run], members: list[int], tag: int) -> None:
        """Add cells without text that have a background of their own."""
        for cell in members:
            value = cell >> self._layout.content & 0xFFFFFF
            color = (
                self._palette(value & 0xFF)
                if tag == _PALETTE
                else (value & 0xFF, value >> 8 & 0xFF, value >> 16)
            )
            _append(runs, " ", Style(bg=color))

    def _graphemes(
        self,
        runs: list[Run],
        members: list[int],
        x: int,
        wide: int,
        tag: int,
        style: Style,
    ) -> None:
        """Add cells with wide characters, or with several code points each."""
        for offset, cell in enumerate(members):
            if tag == _GRAPHEME:
                text = self._grapheme_at(x + offset)
            else:
                text = chr(cell >> self._layout.content & 0x1FFFFF or 32)
            runs.append(Run(text, style, 2 if wide == _WIDE else 1))


def _linked(style: Style, is_link: bool) -> Style:
    """Return `style`, with dots under it where it is a link and has no line yet."""
    if is_link and style.underline is Underline.NONE:
        return style._replace(underline=Underline.DOTTED)
    return style


def _append(runs: list[Run], text: str, style: Style) -> None:
    """Add narrow cells, to the last run if it looks the same."""
    if runs:
        last = runs[-1]
        if not last.width and (last.style is style or last.style == style):
            runs[-1] = Run(last.text + text, style)
            return
    runs.append(Run(text, style))


def _trimmed(runs: list[Run]) -> Line:
    """Return the runs without plain blanks at the end."""
    while runs and runs[-1].style is PLAIN and not runs[-1].width:
        text = runs[-1].text.rstrip(" ")
        if text:
            runs[-1] = Run(text, PLAIN)
            break
        runs.pop()
    return tuple(runs)
