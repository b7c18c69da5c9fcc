"""One row of a screen, painted."""

from typing import NamedTuple

from PIL import Image, ImageDraw

from coderbot.worker.terminal.render.canvas import Mask
from coderbot.worker.terminal.render.glyphs import Glyphs, Look
from coderbot.worker.terminal.render.lines import underline_mask
from coderbot.worker.terminal.render.metrics import Page
from coderbot.worker.terminal.render.paint import Colors, under_cursor
from coderbot.worker.terminal.render.pngfile import Strip, make_strip
from coderbot.worker.terminal.screen import (
    PLAIN,
    Cursor,
    CursorShape,
    Line,
    Rgb,
    Run,
    Style,
    Underline,
)

_MAX_BRUSHES = 8192
"""Styles whose colours are remembered; a screen of 100x50 has at most 5000."""


class _Brush(NamedTuple):
    """What a style is painted with."""

    style: Style
    fg: bytes
    """Colour of the text, for each pixel of the width of a cell."""
    bg: bytes
    """The same of the background."""
    look: Look
    masks: dict[str, Mask]
    """Of characters that cover one cell."""
    underline_color: Rgb | None
    """Colour of the underline where it is not that of the text."""


class RowPainter:
    """Paints rows of one page: letters as masks, put together by bytes.

    All letters of a row make one mask, their colours a picture of one pixel row;
    so the cost hardly depends on how many colours there are.

    Args:
        page: Sizes.
        colors: Default colours.
        glyphs: Masks of characters.
    """

    def __init__(self, page: Page, colors: Colors, glyphs: Glyphs) -> None:
        self.page = page
        self.colors = colors
        self._glyphs = glyphs
        self._brushes: dict[int, _Brush] = {}
        self._plain = self._make_brush(PLAIN)

    def margin(self, height: int) -> Strip:
        """Return rows of pixels without cells."""
        width = self.page.width
        pixels = bytes(self.colors.background) * (width * height)
        return make_strip(pixels, width, height)

    def paint(self, line: Line, cursor: Cursor | None) -> Strip:
        """Return the row `line`, with the cursor if it is in it."""
        if cursor is not None:
            line = under_cursor(line, cursor, self.colors)
        size = self.page.width, self.page.metrics.height
        row = _Row()
        for run in line:
            self._add(row, run)
        row.add_blank(self.page.columns - row.columns, self._plain)
        picture = self._composite(row, size)
        self._add_extras(picture, row)
        if cursor is not None:
            self._draw_cursor(picture, cursor)
        return make_strip(picture.tobytes(), *size)

    def _add(self, row: "_Row", run: Run) -> None:
        brush = self._brushes.get(id(run.style))
        if brush is None or brush.style is not run.style:
            brush = self._new_brush(run.style)
        if run.width:
            masks = self._glyphs.masks(brush.look, run.width)
            picture = self._glyphs.emoji(run.text, run.width)
            if picture is not None and not run.style.hidden:
                row.pictures.append((row.columns, picture))
            row.masks.append(masks[run.text])
        else:
            masks = brush.masks
            row.masks += [masks[character] for character in run.text]
        if brush.underline_color is not None:
            row.underlines.append((row.columns, run))
        columns = run.columns
        row.fg.append(brush.fg * columns)
        row.bg.append(brush.bg * columns)
        row.columns += columns

    def _composite(self, row: "_Row", size: tuple[int, int]) -> Image.Image:
        """Put the colours of the text over those of the background, where it is."""
        page = self.page
        left, right = bytes(page.left), bytes(page.right)
        mask = b"".join(
            [left + b"".join(pixels) + right for pixels in zip(*row.masks, strict=True)]
        )
        edge = bytes(self.colors.background)
        bg = edge * page.left + b"".join(row.bg) + edge * page.right
        fg = edge * page.left + b"".join(row.fg) + edge * page.right
        height = size[1]
        picture = Image.frombytes("RGB", size, bg * height)
        picture.paste(
            Image.frombytes("RGB", size, fg * height),
            (0, 0),
            Image.frombytes("L", size, mask),
        )
        return picture

    def _add_extras(self, picture: Image.Image, row: "_Row") -> None:
        """Add what has other colours than text and background: emoji, underlines."""
        metrics = self.page.metrics
        for column, emoji in row.pictures:
            at = self.page.left + column * metrics.width, 0
            picture.paste(emoji, at, emoji)
        for column, run in row.underlines:
            color = run.style.underline_color
            width = run.columns * metrics.width
            mask = b"".join(underline_mask(run.style.underline, width, metrics))
            at = self.page.left + column * metrics.width, 0
            stencil = Image.frombytes("L", (width, metrics.height), mask)
            box = (*at, at[0] + width, metrics.height)
            picture.paste(color or self.colors.foreground, box, stencil)

    def _draw_cursor(self, picture: Image.Image, cursor: Cursor) -> None:
        """Draw a cursor that is no block: a block is painted as a cell."""
        metrics = self.page.metrics
        left = self.page.left + cursor.x * metrics.width
        right, bottom = left + metrics.width - 1, metrics.height - 1
        thick = metrics.stroke + 1
        draw = ImageDraw.Draw(picture)
        color = self.colors.cursor
        if cursor.shape is CursorShape.BAR:
            draw.rectangle((left, 0, left + thick - 1, bottom), color)
        elif cursor.shape is CursorShape.UNDERLINE:
            draw.rectangle((left, bottom - thick + 1, right, bottom), color)
        elif cursor.shape is CursorShape.HOLLOW:
            box = left, 0, right, bottom
            draw.rectangle(box, outline=color, width=metrics.stroke)

    def _new_brush(self, style: Style) -> _Brush:
        if len(self._brushes) >= _MAX_BRUSHES:
            self._brushes.clear()
        brush = self._brushes[id(style)] = self._make_brush(style)
        return brush

    def _make_brush(self, style: Style) -> _Brush:
        fg, bg = self.colors.resolve(style)
        lined = style.underline is not Underline.NONE and not style.hidden
        own_color = style.underline_color if lined else None
        look = Look(
            bold=style.bold,
            italic=style.italic,
            strike=style.strike,
            overline=style.overline,
            underline=Underline.NONE if own_color else style.underline,
        )
        width = self.page.metrics.width
        return _Brush(
            style,
            bytes(fg) * width,
            bytes(bg) * width,
            look,
            self._glyphs.masks(look),
            own_color,
        )


class _Row:
    """A row while it is being put together from the left."""

    def __init__(self) -> None:
        self.columns = 0
        """Cells so far."""
        self.masks: list[Mask] = []
        self.fg: list[bytes] = []
        self.bg: list[bytes] = []
        self.pictures: list[tuple[int, Image.Image]] = []
        """Emoji, each with its column."""
        self.underlines: list[tuple[int, Run]] = []
        """Runs whose underline has a colour of its own."""

    def add_blank(self, columns: int, brush: _Brush) -> None:
        """Add cells without anything in them."""
        self.masks += [brush.masks[" "]] * columns
        self.fg.append(brush.fg * columns)
        self.bg.append(brush.bg * columns)
        self.columns += columns
