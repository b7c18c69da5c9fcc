"""What the emulator library calls back for: beside `emulator` the only file of it."""

from collections.abc import Callable, Iterator
from typing import Any

from pyghostty import ffi, lib

from coderbot.worker.terminal.effects import Effects

CELL_PX = (8, 16)
"""Size of a cell in pixels, for programs that ask; pictures are drawn in another."""

_UPDATE = lib.ghostty_render_state_update
_GET = lib.ghostty_terminal_get
_SIZE_KEYS = {
    "columns": lib.GHOSTTY_TERMINAL_DATA_COLS,
    "rows": lib.GHOSTTY_TERMINAL_DATA_ROWS,
}
_DARK, _LIGHT = lib.GHOSTTY_COLOR_SCHEME_DARK, lib.GHOSTTY_COLOR_SCHEME_LIGHT


def callbacks(
    effects: Effects, state: Any
) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Yield what is to be told, as name of the option, type and function.

    No function may refer to the emulator, or the two would keep each other.

    Args:
        effects: Collects what concerns the program.
        state: What is shown; it is kept as it is while a frame is drawn.
    """

    def reply(_terminal: Any, _data: Any, pointer: Any, length: int) -> None:
        effects.reply(ffi.buffer(pointer, length)[:])

    def hold(terminal: Any, _data: Any, held: bool) -> None:
        # A frame begins: what is shown until it ends is the state of now.
        if held:
            _UPDATE(state, terminal)

    def scheme(_terminal: Any, _data: Any, out: Any) -> bool:
        out[0] = _LIGHT if effects.is_light else _DARK
        return True

    def notify(_terminal: Any, _data: Any, notice: Any) -> None:
        effects.notify(text_of(notice.title), text_of(notice.body))

    def progress(_terminal: Any, _data: Any, report: Any) -> None:
        effects.report(int(report.state))

    kind = "GhosttyTerminal{}Fn".format
    yield "WRITE_PTY", kind("WritePty"), reply
    yield "BELL", kind("Bell"), lambda *_: effects.ring()
    yield "DESKTOP_NOTIFICATION", kind("DesktopNotification"), notify
    yield "PROGRESS_REPORT", kind("ProgressReport"), progress
    yield "RENDER_HOLD", kind("RenderHold"), hold
    yield "COLOR_SCHEME", kind("ColorScheme"), scheme
    yield "SIZE", kind("Size"), _tell_size


def text_of(value: Any) -> str:
    """Return the text of a string of the library."""
    raw = ffi.buffer(value.ptr, value.len)[:] if value.len else b""
    return raw.decode("utf-8", "replace")


def _tell_size(terminal: Any, _data: Any, out: Any) -> bool:
    number = ffi.new("uint16_t*")
    for name, key in _SIZE_KEYS.items():
        _GET(terminal, key, number)
        setattr(out, name, number[0])
    out.cell_width, out.cell_height = CELL_PX
    return True
