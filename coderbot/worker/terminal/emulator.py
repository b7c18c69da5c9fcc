"""A terminal without a window: this and `callbacks` alone know the library.

Importing this module loads the library (about 0.2 s and 8 MB), so it is imported
when the first terminal is opened, in a thread.
"""

import json
import struct
import weakref
from typing import Any, Final

from pyghostty import GhosttyError, ffi, lib

from coderbot.worker.terminal.callbacks import CELL_PX, callbacks, text_of
from coderbot.worker.terminal.cells import CellLayout, RowDecoder
from coderbot.worker.terminal.effects import Effects, Signals
from coderbot.worker.terminal.keys import KeyMode
from coderbot.worker.terminal.screen import (
    Cursor,
    CursorShape,
    Line,
    Rgb,
    Screen,
    Style,
)
from coderbot.worker.terminal.styles import STYLE_BYTES, read_style
from coderbot.worker.terminal.theme import DARK, Theme
from coderbot.worker.terminal.transcript import transcript

_MAX_SCROLLBACK_BYTES: Final = 64 * 1024 * 1024
_MAX_TITLE: Final = 200
"""Characters of a title that are kept."""
_MAX_STYLES: Final = 8192
"""Styles remembered; a screen of 100x50 has at most 5000."""

_APPLICATION_CURSOR, _BRACKETED_PASTE, _SYNCHRONIZED = 1, 2004, 2026
_GRAPHEME_CLUSTERS = 2027
"""Numbers of DEC private modes."""

_SHAPES = {
    lib.GHOSTTY_RENDER_STATE_CURSOR_VISUAL_STYLE_BAR: CursorShape.BAR,
    lib.GHOSTTY_RENDER_STATE_CURSOR_VISUAL_STYLE_BLOCK: CursorShape.BLOCK,
    lib.GHOSTTY_RENDER_STATE_CURSOR_VISUAL_STYLE_UNDERLINE: CursorShape.UNDERLINE,
    lib.GHOSTTY_RENDER_STATE_CURSOR_VISUAL_STYLE_BLOCK_HOLLOW: CursorShape.HOLLOW,
}


def _check(result: int, what: str) -> None:
    if result:
        raise GhosttyError(f"{what} failed: {result}")


def _cell_layout() -> CellLayout:
    """Return how this build of the library packs a cell, from its own account."""
    types = json.loads(ffi.string(lib.ghostty_type_json()))["types"]
    return CellLayout.of(types["GhosttyCell"]["bits"])


_LAYOUT = _cell_layout()
_check(ffi.sizeof("GhosttyStyle") - STYLE_BYTES, "layout of styles")

_UPDATE = lib.ghostty_render_state_update

_FREE_TERMINAL = lib.ghostty_terminal_free
_FREE_STATE = lib.ghostty_render_state_free
_FREE_ITERATOR = lib.ghostty_render_state_row_iterator_free
_FREE_CELLS = lib.ghostty_render_state_row_cells_free
"""Looked up now: cffi takes a lock to look up a name, and the garbage collector may
call `_free` at a moment when this very thread holds it."""


def _free(terminal: Any, state: Any, iterator: Any, cells: Any) -> None:
    _FREE_CELLS(cells)
    _FREE_ITERATOR(iterator)
    _FREE_STATE(state)
    _FREE_TERMINAL(terminal)


class Emulator:
    """The state of one terminal: bytes in, screens out.

    Not safe for use by several threads at once.

    Args:
        columns: Width in cells.
        rows: Height in cells.
        scrollback: Lines kept above the screen.
        theme: Colours, also those told to programs that ask.
    """

    def __init__(
        self, columns: int, rows: int, scrollback: int, theme: Theme = DARK
    ) -> None:
        self._effects = Effects()
        self._lines: list[Line] = []
        self._styles: dict[bytes, Style] = {}
        self._colors_seen = b""
        self._palette: tuple[Rgb, ...] = ()
        self._keep: list[Any] = []
        self._open(columns, rows)
        self._configure(scrollback)
        self.set_theme(theme)
        self._connect()
        self._decoder = RowDecoder(
            _LAYOUT, self._style_at, self._grapheme_at, lambda n: self._palette[n]
        )

    def _open(self, columns: int, rows: int) -> None:
        terminal = ffi.new("GhosttyTerminal*")
        state = ffi.new("GhosttyRenderState*")
        iterator = ffi.new("GhosttyRenderStateRowIterator*")
        cells = ffi.new("GhosttyRenderStateRowCells*")
        null = ffi.NULL
        _check(lib.ghostty_terminal_new(null, terminal, columns, rows), "terminal")
        _check(lib.ghostty_render_state_new(null, state), "render state")
        _check(lib.ghostty_render_state_row_iterator_new(null, iterator), "iterator")
        _check(lib.ghostty_render_state_row_cells_new(null, cells), "cells")
        self._terminal, self._state = terminal[0], state[0]
        self._iterator, self._cells = iterator, cells
        self._view = ffi.new("GhosttyCellsView*")
        self._style = ffi.new("GhosttyStyle*", {"size": ffi.sizeof("GhosttyStyle")})
        self._style_bytes = ffi.buffer(self._style)
        self._y = ffi.new("uint16_t*")
        self._free = weakref.finalize(
            self, _free, terminal[0], state[0], iterator[0], cells[0]
        )

    def _configure(self, scrollback: int) -> None:
        number = ffi.new("size_t*", scrollback)
        self._set("SCROLLBACK_MAX_LINES", number)
        self._set("SCROLLBACK_MAX_BYTES", ffi.new("size_t*", _MAX_SCROLLBACK_BYTES))
        # Pictures inside the terminal are not drawn; programs must not think so.
        self._set("KITTY_IMAGE_STORAGE_LIMIT", ffi.new("uint64_t*", 0))
        # Several code points that make one sign take the room of one: so count the
        # agents that draw with emoji, and so does every newer terminal.
        clusters = {"mode": _GRAPHEME_CLUSTERS, "value": True}
        for option in ("MODE", "MODE_DEFAULT"):
            self._set(option, ffi.new("GhosttyTerminalModeConfig*", clusters))

    def set_theme(self, theme: Theme) -> None:
        """Take other colours, except for those that the program has chosen itself."""
        self._theme = theme
        self._effects.is_light = theme.is_light
        for name, color in (
            ("FOREGROUND", theme.foreground),
            ("BACKGROUND", theme.background),
            ("CURSOR", theme.cursor),
        ):
            self._set(f"COLOR_{name}", ffi.new("GhosttyColorRgb*", color))
        self._set("COLOR_PALETTE", ffi.new("GhosttyColorRgb[256]", theme.palette))

    def _connect(self) -> None:
        """Have the library tell what concerns the program or a frame."""
        for option, kind, function in callbacks(self._effects, self._state):
            # The library keeps a bare pointer: the object must live as long as we do.
            callback = ffi.callback(kind, function)
            self._keep.append(callback)
            self._set(option, callback)

    def _set(self, option: str, value: Any) -> None:
        key = getattr(lib, f"GHOSTTY_TERMINAL_OPT_{option}")
        _check(lib.ghostty_terminal_set(self._terminal, key, value), option)

    def feed(self, data: bytes) -> None:
        """Let the terminal act on what the program has written."""
        lib.ghostty_terminal_vt_write(self._terminal, data, len(data))

    def take_replies(self) -> bytes:
        """Return what the terminal answers to the program, once."""
        return self._effects.take_replies()

    @property
    def signals(self) -> Signals:
        """What the program has done to be noticed."""
        return self._effects.signals

    @property
    def at_prompt(self) -> bool:
        """Whether a shell says that it waits for a command (OSC 133)."""
        return bool(self._get("CURSOR_AT_PROMPT", "bool"))

    def resize(self, columns: int, rows: int) -> None:
        """Change the size, in cells; the primary screen is wrapped anew."""
        resize = lib.ghostty_terminal_resize
        _check(resize(self._terminal, columns, rows, *CELL_PX), "resize")
        self._lines = []

    def close(self) -> None:
        """Give the memory back; nothing else may be called afterwards."""
        self._free()
        # The library refuses these, where it would trust what is freed.
        self._terminal = self._state = ffi.NULL

    @property
    def key_mode(self) -> KeyMode:
        """What the program has asked of the keyboard."""
        flags = self._get("KITTY_KEYBOARD_FLAGS", "uint8_t")
        return KeyMode(self._mode(_APPLICATION_CURSOR), int(flags))

    @property
    def bracketed_paste(self) -> bool:
        """Whether the program wants to be told what is pasted."""
        return self._mode(_BRACKETED_PASTE)

    @property
    def synchronizing(self) -> bool:
        """Whether the program is in the middle of drawing a frame."""
        return self._mode(_SYNCHRONIZED)

    @property
    def alternate(self) -> bool:
        """Whether a full-screen program shows its own screen."""
        active = self._get("ACTIVE_SCREEN", "GhosttyTerminalScreen")
        return bool(active == lib.GHOSTTY_TERMINAL_SCREEN_ALTERNATE)

    @property
    def title(self) -> str:
        """The window title, without control characters."""
        return "".join(c for c in self._string("TITLE") if c.isprintable())[:_MAX_TITLE]

    @property
    def reported_directory(self) -> str:
        """The address of the working directory as the program tells it (OSC 7)."""
        return self._string("PWD")

    def transcript(self) -> str:
        """Return what has scrolled away and what is shown, as text."""
        return transcript(self._terminal)

    def screen(self, unfinished: bool = False) -> Screen:
        """Return what the terminal shows.

        While a program draws a frame this is what was there before it.

        Args:
            unfinished: Show a frame as far as it is drawn.
        """
        if unfinished or not self.synchronizing:
            self._update()
        colors = self._render_get("COLORS", "GhosttyRenderStateColors")
        self._note_colors(bytes(ffi.buffer(colors)))
        self._read_lines()
        cursor = self._render_get("CURSOR", "GhosttyRenderStateCursor")
        chosen = colors.cursor_has_value
        return Screen(
            columns=int(self._render_get("COLS", "uint16_t")[0]),
            rows=len(self._lines),
            lines=tuple(self._lines),
            cursor=_cursor(cursor),
            foreground=_rgb(colors.foreground),
            background=_rgb(colors.background),
            cursor_color=_rgb(colors.cursor) if chosen else self._theme.cursor,
            title=self.title,
            alternate=self.alternate,
        )

    def _read_lines(self) -> None:
        """Bring `_lines` up to date by decoding the rows that have changed."""
        dirty = self._render_get("DIRTY", "GhosttyRenderStateDirty")[0]
        rows = int(self._render_get("ROWS", "uint16_t")[0])
        everything = (
            dirty == lib.GHOSTTY_RENDER_STATE_DIRTY_FULL or len(self._lines) != rows
        )
        if everything:
            self._lines = [()] * rows
        elif dirty == lib.GHOSTTY_RENDER_STATE_DIRTY_FALSE:
            return
        key = lib.GHOSTTY_RENDER_STATE_DATA_ROW_ITERATOR
        _check(lib.ghostty_render_state_get(self._state, key, self._iterator), "rows")
        iterator = self._iterator[0]
        columns = int(self._render_get("COLS", "uint16_t")[0])
        if everything:
            for y in range(rows):
                lib.ghostty_render_state_row_iterator_next(iterator)
                self._lines[y] = self._read_line(iterator, columns)
        else:
            while lib.ghostty_render_state_row_iterator_next_dirty(iterator, self._y):
                self._lines[self._y[0]] = self._read_line(iterator, columns)
        _check(lib.ghostty_render_state_clean(self._state), "clean")

    def _read_line(self, iterator: Any, columns: int) -> Line:
        get = lib.ghostty_render_state_row_get
        get(iterator, lib.GHOSTTY_RENDER_STATE_ROW_DATA_CELLS_RAW, self._view)
        cells = ffi.unpack(self._view.ptr, min(self._view.len, columns))
        if not any(cells):
            return ()
        get(iterator, lib.GHOSTTY_RENDER_STATE_ROW_DATA_CELLS, self._cells)
        return self._decoder.decode(cells)

    def _style_at(self, x: int) -> Style:
        """Return the style in column `x` of the row that is being read."""
        cells = self._cells[0]
        lib.ghostty_render_state_row_cells_select(cells, x)
        lib.ghostty_render_state_row_cells_get(
            cells, lib.GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_STYLE, self._style
        )
        raw = self._style_bytes[:]
        style = self._styles.get(raw)
        if style is None:
            if len(self._styles) >= _MAX_STYLES:
                self._styles.clear()
            style = self._styles[raw] = read_style(raw, self._palette)
        return style

    def _grapheme_at(self, x: int) -> str:
        """Return the code points in column `x` of the row that is being read."""
        cells = self._cells[0]
        lib.ghostty_render_state_row_cells_select(cells, x)
        get = lib.ghostty_render_state_row_cells_get
        length = ffi.new("uint32_t*")
        get(cells, lib.GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_GRAPHEMES_LEN, length)
        buffer = ffi.new("uint32_t[]", max(1, length[0]))
        get(cells, lib.GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_GRAPHEMES_BUF, buffer)
        return "".join(map(chr, buffer[0 : length[0]])) or " "

    def _note_colors(self, raw: bytes) -> None:
        """Forget resolved styles if the program has changed the palette."""
        if raw == self._colors_seen:
            return
        self._colors_seen = raw
        offset = ffi.offsetof("GhosttyRenderStateColors", "palette")
        body = raw[offset : offset + 768]
        palette = tuple(struct.iter_unpack("BBB", body))
        if palette != self._palette:
            self._palette = palette
            self._styles.clear()
            self._lines = []

    def _update(self) -> None:
        _check(_UPDATE(self._state, self._terminal), "update")

    def _mode(self, number: int) -> bool:
        config = ffi.new("GhosttyTerminalModeConfig*", {"mode": number})
        key = lib.GHOSTTY_TERMINAL_DATA_MODE
        _check(lib.ghostty_terminal_get(self._terminal, key, config), "mode")
        return bool(config.value)

    def _string(self, name: str) -> str:
        return text_of(self._get(name, "GhosttyString"))

    def _get(self, name: str, kind: str) -> Any:
        out = ffi.new(f"{kind}*")
        key = getattr(lib, f"GHOSTTY_TERMINAL_DATA_{name}")
        _check(lib.ghostty_terminal_get(self._terminal, key, out), name)
        return out[0]

    def _render_get(self, name: str, kind: str) -> Any:
        out = ffi.new(f"{kind}*")
        if ffi.typeof(kind).kind == "struct":
            out.size = ffi.sizeof(kind)
        key = getattr(lib, f"GHOSTTY_RENDER_STATE_DATA_{name}")
        _check(lib.ghostty_render_state_get(self._state, key, out), name)
        return out


def _cursor(raw: Any) -> Cursor:
    if not (raw.visible and raw.viewport_has_value):
        return Cursor(visible=False)
    # On the right half of a wide character the cursor covers all of it.
    x = raw.viewport_x - (1 if raw.wide_tail and raw.viewport_x else 0)
    return Cursor(int(x), int(raw.viewport_y), True, _SHAPES[raw.visual_style])


def _rgb(raw: Any) -> Rgb:
    return (raw.r, raw.g, raw.b)
