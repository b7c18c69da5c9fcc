"""Screens as a page of HTML (pure): nothing in it runs or is fetched."""

from html import escape

from coderbot.worker.terminal.render.metrics import ADVANCE, Metrics, Page
from coderbot.worker.terminal.render.paint import Colors, under_cursor
from coderbot.worker.terminal.screen import (
    Cursor,
    CursorShape,
    Line,
    Rgb,
    Screen,
    Style,
    Underline,
)

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_FONTS = "'DejaVu Sans Mono', 'Noto Sans Mono', 'Liberation Mono', monospace"
_UNDERLINES = {
    Underline.SINGLE: "solid",
    Underline.DOUBLE: "double",
    Underline.CURLY: "wavy",
    Underline.DOTTED: "dotted",
    Underline.DASHED: "dashed",
}
_CURSORS = {
    CursorShape.BAR: "border-left:2px solid {}",
    CursorShape.UNDERLINE: "border-bottom:2px solid {}",
    CursorShape.HOLLOW: "border:1px solid {}",
}


def screen_html(screen: Screen, page: Page) -> str:
    """Return a page that shows `screen`, as large as `page`.

    Every run of cells has a place of its own: a character of another width than
    its font should have moves nothing else.
    """
    colors = Colors.of(screen)
    cursor, metrics = screen.cursor, page.metrics
    cells = "".join(
        _row(
            y,
            under_cursor(line, cursor, colors) if _is_at(cursor, y) else line,
            colors,
            metrics,
        )
        for y, line in enumerate(screen.lines)
    )
    if cursor.visible and cursor.shape in _CURSORS:
        border = _CURSORS[cursor.shape].format(_hex(colors.cursor))
        cells += f'<i style="{_place(cursor.x, cursor.y, 1, metrics)}{border}"></i>'
    # Cells are whole pixels wide, letters are not.
    spacing = metrics.width - metrics.font * ADVANCE
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><style>
body {{ margin: 0; overflow: hidden; background: {_hex(colors.background)} }}
pre {{ position: absolute; left: {page.left}px; top: {page.top}px; margin: 0;
 font: {metrics.font}px/{metrics.height}px {_FONTS};
 letter-spacing: {spacing:.4f}px; font-variant-ligatures: none;
 color: {_hex(colors.foreground)} }}
s, i {{ position: absolute; height: {metrics.height}px; white-space: pre; overflow: hidden;
 box-sizing: border-box; font-style: normal; text-decoration: none }}
</style></head><body><pre>{cells}</pre></body></html>"""


def _is_at(cursor: Cursor, y: int) -> bool:
    return cursor.visible and cursor.y == y


def _row(y: int, line: Line, colors: Colors, metrics: Metrics) -> str:
    parts = []
    x = 0
    for run in line:
        place = _place(x, y, run.columns, metrics)
        css = _css(run.style, colors)
        parts.append(f'<s style="{place}{css}">{escape(run.text)}</s>')
        x += run.columns
    return "".join(parts)


def _place(x: int, y: int, columns: int, metrics: Metrics) -> str:
    left, width = x * metrics.width, columns * metrics.width
    return f"left:{left}px;width:{width}px;top:{y * metrics.height}px;"


def _css(style: Style, colors: Colors) -> str:
    fg, bg = colors.resolve(style)
    parts = []
    if fg != colors.foreground:
        parts.append(f"color:{_hex(fg)}")
    if bg != colors.background:
        parts.append(f"background:{_hex(bg)}")
    if style.bold:
        parts.append("font-weight:bold")
    if style.italic:
        parts.append("font-style:italic")
    lines = [
        name
        for name, drawn in (
            ("underline", style.underline is not Underline.NONE),
            ("line-through", style.strike),
            ("overline", style.overline),
        )
        if drawn
    ]
    if lines and not style.hidden:
        kind = _UNDERLINES.get(style.underline, "solid")
        color = _hex(style.underline_color or fg)
        parts.append(f"text-decoration:{' '.join(lines)} {kind} {color}")
    return ";".join(parts)


def _hex(color: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
