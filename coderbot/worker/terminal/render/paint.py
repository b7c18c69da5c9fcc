"""From styles to the colours that are painted (pure)."""

from dataclasses import dataclass

from coderbot.worker.terminal.screen import (
    PLAIN,
    Cursor,
    CursorShape,
    Line,
    Rgb,
    Run,
    Screen,
    Style,
)
from coderbot.worker.terminal.theme import DARK

_DIM = 0.55
"""How much of its own colour a dim text keeps; the rest is its background."""


@dataclass(frozen=True, slots=True)
class Colors:
    """What default colours are on a screen."""

    foreground: Rgb
    background: Rgb
    cursor: Rgb

    @classmethod
    def of(cls, screen: Screen) -> "Colors":
        """Return the default colours of `screen`."""
        return cls(
            screen.foreground or DARK.foreground,
            screen.background or DARK.background,
            screen.cursor_color or DARK.cursor,
        )

    def resolve(self, style: Style) -> tuple[Rgb, Rgb]:
        """Return the colours of text and background of a cell."""
        fg = style.fg or self.foreground
        bg = style.bg or self.background
        if style.inverse:
            fg, bg = bg, fg
        if style.dim:
            fg = mix(fg, bg, _DIM)
        return (bg if style.hidden else fg), bg


def mix(first: Rgb, second: Rgb, part: float) -> Rgb:
    """Return a colour between two: `part` of the first, the rest of the second."""
    r, g, b = (
        round(a * part + c * (1 - part)) for a, c in zip(first, second, strict=True)
    )
    return r, g, b


def under_cursor(line: Line, cursor: Cursor, colors: Colors) -> Line:
    """Return `line` with the cell of a block cursor painted in its colour."""
    if cursor.shape is not CursorShape.BLOCK:
        return line
    before, cell, after = split_at(line, cursor.x)
    fg, bg = colors.resolve(cell.style)
    text = fg if bg == colors.cursor else bg
    style = cell.style._replace(
        fg=text, bg=colors.cursor, inverse=False, dim=False, hidden=False
    )
    return (*before, Run(cell.text, style, cell.width), *after)


def split_at(line: Line, column: int) -> tuple[Line, Run, Line]:
    """Return what is before, in, and after a column; past the end are blanks."""
    x = 0
    for number, run in enumerate(line):
        if x + run.columns > column:
            before, cell, after = _split_run(run, column - x)
            return line[:number] + before, cell, after + line[number + 1 :]
        x += run.columns
    blanks = (Run(" " * (column - x)),) if column > x else ()
    return line + blanks, Run(" ", PLAIN), ()


def _split_run(run: Run, at: int) -> tuple[Line, Run, Line]:
    if run.width:
        return (), run, ()
    before, after = run.text[:at], run.text[at + 1 :]
    return (
        (Run(before, run.style),) if before else (),
        Run(run.text[at], run.style),
        (Run(after, run.style),) if after else (),
    )
