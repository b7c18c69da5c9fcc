"""What a terminal shows at one moment: frozen, comparable, nothing but values."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import NamedTuple

Rgb = tuple[int, int, int]
"""Red, green, blue; each 0 to 255."""


class Underline(IntEnum):
    """Kinds of line under a text, in the numbers of SGR 4:n."""

    NONE = 0
    SINGLE = 1
    DOUBLE = 2
    CURLY = 3
    DOTTED = 4
    DASHED = 5


class CursorShape(Enum):
    """How the cursor looks."""

    BAR = "bar"
    BLOCK = "block"
    UNDERLINE = "underline"
    HOLLOW = "hollow"


class Style(NamedTuple):
    """How a cell looks; colours are resolved, None is the screen's default."""

    fg: Rgb | None = None
    bg: Rgb | None = None
    underline: Underline = Underline.NONE
    underline_color: Rgb | None = None
    """None: the colour of the text."""
    bold: bool = False
    dim: bool = False
    italic: bool = False
    strike: bool = False
    overline: bool = False
    inverse: bool = False
    hidden: bool = False


PLAIN = Style()
"""The style of a cell that nobody has styled."""


class Run(NamedTuple):
    """Neighbouring cells of one style.

    Either one character a cell (`width` 0), or a single grapheme that covers
    `width` cells and may have several code points (emoji, combining marks).
    """

    text: str
    style: Style = PLAIN
    width: int = 0
    """0: one character a cell; 1 or 2: `text` is one grapheme this wide."""

    @property
    def columns(self) -> int:
        """Number of cells covered."""
        return self.width or len(self.text)

    @property
    def seen(self) -> str:
        """The text, or blanks in its place where it is hidden."""
        return " " * self.columns if self.style.hidden else self.text

    def cells(self) -> Iterator[tuple[str, int]]:
        """Yield every grapheme with the number of cells it covers (1 or 2)."""
        if self.width:
            yield self.text, self.width
        else:
            for character in self.text:
                yield character, 1


Line = tuple[Run, ...]
"""A row from its left edge; plain blanks at its end are left out."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next character goes.

    A hidden cursor always lies at 0, 0: where it hides shows nowhere.
    """

    x: int = 0
    """Column, 0-based."""
    y: int = 0
    """Row, 0-based."""
    visible: bool = True
    shape: CursorShape = CursorShape.BLOCK


@dataclass(frozen=True, slots=True)
class Screen:
    """A whole screen; two that look alike are equal and hash alike."""

    columns: int
    rows: int
    lines: tuple[Line, ...]
    """Exactly `rows` lines."""
    cursor: Cursor = Cursor()
    foreground: Rgb | None = None
    """Default text colour: that of the theme, or what the program has set (OSC 10)."""
    background: Rgb | None = None
    """Default background; None, here and beside, is that of the dark theme."""
    cursor_color: Rgb | None = None
    """Colour of the cursor."""
    title: str = field(default="", compare=False)
    """Window title; no part of the picture, so it does not count as a change."""
    alternate: bool = field(default=False, compare=False)
    """A full-screen program is at work (the alternate screen is shown)."""

    def line_text(self, row: int) -> str:
        """Return the characters of a row that are seen, without blanks at its end."""
        return "".join([run.seen for run in self.lines[row]]).rstrip()

    def text(self) -> str:
        """Return all rows as plain text, without blanks and empty rows at the end."""
        rows = (self.line_text(row) for row in range(self.rows))
        return "\n".join(rows).rstrip("\n")

    @property
    def is_blank(self) -> bool:
        """Whether no cell shows a character."""
        return not any(self.line_text(row) for row in range(self.rows))
