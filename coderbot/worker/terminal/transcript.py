"""All that a terminal holds, as text."""

from typing import Any

from pyghostty import GhosttyError, ffi, lib


def transcript(terminal: Any) -> str:
    """Return what has scrolled away and what is shown; wrapped lines are one again.

    Args:
        terminal: The library's terminal.

    Raises:
        GhosttyError: When the library refuses.
    """
    selection = ffi.new("GhosttySelection*")
    selection.size = ffi.sizeof("GhosttySelection")
    for point in ("start", "end"):
        getattr(selection, point).size = ffi.sizeof("GhosttyGridRef")
    result = lib.ghostty_terminal_select_all(terminal, selection)
    if result == lib.GHOSTTY_NO_VALUE:
        return ""
    _check(result)
    options = ffi.new("GhosttyTerminalSelectionFormatOptions*")
    options.size = ffi.sizeof("GhosttyTerminalSelectionFormatOptions")
    options.emit = lib.GHOSTTY_FORMATTER_FORMAT_PLAIN
    options.unwrap = options.trim = True
    options.selection = selection
    return _formatted(terminal, options).decode("utf-8", "replace")


def _formatted(terminal: Any, options: Any) -> bytes:
    """Ask for the size first, then for the text."""
    size = ffi.new("size_t*")
    call = lib.ghostty_terminal_selection_format_buf
    call(terminal, options[0], ffi.NULL, 0, size)
    buffer = ffi.new("uint8_t[]", max(size[0], 1))
    _check(call(terminal, options[0], buffer, len(buffer), size))
    return bytes(ffi.buffer(buffer, size[0]))


def _check(result: int) -> None:
    if result:
        raise GhosttyError(f"transcript failed: {result}")
