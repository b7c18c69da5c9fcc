"""Foreign text without what a terminal would obey (pure).

Log lines, names and error texts come from strangers. What the dashboard draws must
keep its width besides: `coderbot.tui.plain` sees to that.
"""

import re
import unicodedata

ESCAPES = (
    r"\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # title, clipboard, links
    r"|\x1b\[[0-?]*[ -/]*[@-~]"  # colours, cursor, erase, modes
    r"|\x1b[ -/]*[0-~]?"  # what is left of an escape
)
"""A regular expression of ANSI sequences (ECMA-48); it has no groups.

A string that never ends is no sequence: it is shown, and not obeyed.
"""
_ESCAPES = re.compile(ESCAPES)


def without_escapes(text: str) -> str:
    """Return `text` without its ANSI sequences."""
    return _ESCAPES.sub("", text) if "\x1b" in text else text


def one_line(text: str) -> str:
    """Return `text` as one line of characters that are visible, and of spaces."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, without_escapes(text).expandtabs()))


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category.startswith("Z") or character in "\n\r\x0b\x0c\x85":
        return " "
    # Format characters (Cf) include those that turn the order of a line round.
    return "" if category.startswith("C") else character
