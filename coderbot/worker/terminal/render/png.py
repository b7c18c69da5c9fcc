"""Pictures of screens: cells in, a PNG file out."""

from coderbot.worker.terminal.render.glyphs import Glyphs
from coderbot.worker.terminal.render.metrics import Page
from coderbot.worker.terminal.render.paint import Colors
from coderbot.worker.terminal.render.pngfile import Strip, join_strips
from coderbot.worker.terminal.render.rows import RowPainter
from coderbot.worker.terminal.screen import Cursor, Line, Screen

MAX_PHOTO_BYTES = 10_000_000
"""Telegram takes no larger photo."""

_MIN_FONT = 6

_SHORT = 30
"""Rows of more runs are not looked for elsewhere: to hash them takes too long."""


class PngRenderer:
    """Draws screens one after the other; rows that stay are not drawn again.

    Not safe for use by several threads at once; takes tens of milliseconds, so
    call it outside of the event loop.

    Args:
        font_size_px: Size of the letters, in pixels; smaller where Telegram would
            refuse the picture.
        system_fonts: Use the fonts of the system for what DejaVu Sans Mono lacks;
            without them a picture is the same on every machine.
    """

    def __init__(self, font_size_px: int, *, system_fonts: bool = True) -> None:
        self._font_size_px = font_size_px
        self._system_fonts = system_fonts
        self._glyphs: Glyphs | None = None
        self._painter: RowPainter | None = None
        self._lines: tuple[Line, ...] = ()
        self._cursors: list[Cursor | None] = []
        self._strips: list[Strip] = []
        self._known: dict[Line, Strip] = {}

    def render(self, screen: Screen) -> bytes:
        """Return a PNG file that shows `screen` and that Telegram takes as photo."""
        size = self._font_size_px
        picture = self._render(screen, size)
        while len(picture) > MAX_PHOTO_BYTES and size > _MIN_FONT:
            size = max(_MIN_FONT, size * 2 // 3)
            picture = self._render(screen, size)
        return picture

    def _render(self, screen: Screen, font_size_px: int) -> bytes:
        page = Page.of(screen.columns, screen.rows, font_size_px)
        colors = Colors.of(screen)
        painter = self._painter_for(page, colors)
        strips = [
            self._drawn(y, line, _cursor_in(screen, y))
            or painter.paint(line, _cursor_in(screen, y))
            for y, line in enumerate(screen.lines)
        ]
        self._remember(screen, strips)
        return join_strips(
            (painter.margin(page.top), *strips, painter.margin(page.bottom)), page.width
        )

    def _drawn(self, y: int, line: Line, cursor: Cursor | None) -> Strip | None:
        """Return the strip of a row if the last picture has it, here or elsewhere."""
        if y < len(self._lines) and self._lines[y] is line:
            if cursor == self._cursors[y]:
                return self._strips[y]
        elif len(line) <= _SHORT and cursor is None:
            return self._known.get(line)
        return None

    def _remember(self, screen: Screen, strips: list[Strip]) -> None:
        self._lines, self._strips = screen.lines, strips
        self._cursors = [_cursor_in(screen, y) for y in range(screen.rows)]
        self._known = {
            line: strip
            for line, strip, cursor in zip(
                screen.lines, strips, self._cursors, strict=True
            )
            if len(line) <= _SHORT and cursor is None
        }

    def _painter_for(self, page: Page, colors: Colors) -> RowPainter:
        painter = self._painter
        if painter is None or (painter.page, painter.colors) != (page, colors):
            if self._glyphs is None or self._glyphs.metrics != page.metrics:
                self._glyphs = Glyphs(page.metrics, self._system_fonts)
            painter = self._painter = RowPainter(page, colors, self._glyphs)
            self._lines, self._strips, self._known = (), [], {}
        return painter


def _cursor_in(screen: Screen, y: int) -> Cursor | None:
    """Return the cursor if it shows in row `y`."""
    cursor = screen.cursor
    return cursor if cursor.visible and cursor.y == y else None
