"""The keys under a screen (pure): which there are, and how they are arranged."""

from collections.abc import Callable
from enum import Enum, auto

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from coderbot.worker.telegram.keyboards import REFRESH, button
from coderbot.worker.terminal.keys import UnknownKeyError, encode_key

PAUSE = "pause"
RESUME = "resume"
"""Actions of the button under a screen that is followed all the time."""
MORE = "more"
"""Action of the button that shows or hides the further keys."""

Layout = tuple[tuple[str, ...], ...]
"""Rows of keys, by their names in `terminal.keys`, or `refresh` or `more`."""

MAX_ROWS = 8
MAX_KEYS = 8
"""Keys in a row; Telegram shows no more."""

DEFAULT: Layout = (
    (REFRESH, MORE),
    ("1", "2", "3"),
    ("esc", "tab", "enter", "ctrl+c"),
    ("left", "up", "down", "right"),
)
"""What is shown when nobody has chosen."""

FURTHER: Layout = (
    ("4", "5", "6", "7", "8", "9"),
    ("space", "backspace", "delete", "shift+tab"),
    ("home", "pgup", "pgdn", "end"),
    ("ctrl+d", "ctrl+z", "ctrl+r", "ctrl+x", "ctrl+l"),
)
"""What `more` adds to any layout."""

_LABELS = {
    REFRESH: "🔄 Refresh",
    "esc": "Esc",
    "tab": "Tab",
    "shift+tab": "⇧Tab",
    "enter": "⏎ Enter",
    "space": "Space",
    "backspace": "⌫",
    "delete": "Del",
    "insert": "Ins",
    "left": "◀",
    "right": "▶",
    "up": "▲",
    "down": "▼",
    "home": "Home",
    "end": "End",
    "pgup": "PgUp",
    "pgdn": "PgDn",
    "ctrl+c": "Ctrl-C",
}
_HELD = {"ctrl": "^", "alt": "M-", "shift": "⇧"}
_BAR = "|"


def label_of(key: str) -> str:
    """Return what stands on the button of `key`."""
    modifier, _, rest = key.partition("+")
    if key in _LABELS or not (modifier and rest):
        return _LABELS.get(key, key.upper() if len(key) > 1 else key)
    return _HELD.get(modifier, "") + _LABELS.get(rest, rest.upper())


def keypad_rows(
    key: str, layout: Layout, expanded: bool = False, name: str = ""
) -> list[list[InlineKeyboardButton]]:
    """Return the buttons for `layout`.

    Args:
        key: Id of the buttons.
        layout: Which keys, row by row.
        expanded: Add the further keys; the button `more` says how to hide them.
        name: What the terminal is called, where that has to be told.
    """
    toggle = "▴ Less" if expanded else "▾ More"
    labels = {MORE: toggle, REFRESH: f"{label_of(REFRESH)} {name}".rstrip()}
    rows = (*layout, *FURTHER) if expanded else layout
    return [
        [button(labels.get(each) or label_of(each), key, each) for each in row]
        for row in rows
    ]


def parse_layout(text: str) -> Layout:
    """Return the layout that somebody wrote: keys with blanks, rows with bars between.

    Raises:
        ValueError: With what is wrong, in words for a person.
    """
    rows = tuple(tuple(row.lower().split()) for row in text.split(_BAR))
    rows = tuple(row for row in rows if row)
    if len(rows) > MAX_ROWS or any(len(row) > MAX_KEYS for row in rows):
        raise ValueError(f"There is room for {MAX_ROWS} rows of {MAX_KEYS} keys.")
    for name in (name for row in rows for name in row):
        _check_key(name)
    return rows


def layout_text(layout: Layout) -> str:
    """Return a layout as one would write it."""
    return f" {_BAR} ".join(" ".join(row) for row in layout)


def _check_key(name: str) -> None:
    if name in (REFRESH, MORE):
        return
    try:
        encode_key(name)
    except UnknownKeyError as error:
        raise ValueError(str(error)) from error
    # A button carries its key behind its id, in 64 bytes.
    if len(name.encode()) > 32:
        raise ValueError(f"The key {name[:20]}… is too long.")


class Following(Enum):
    """Whether a screen is followed all the time."""

    OFF = auto()
    ON = auto()
    PAUSED = auto()


def _no_rows() -> list[list[InlineKeyboardButton]]:
    return []


class Keypad:
    """The keys under the screens of one terminal, below what its program asks.

    Args:
        key: Id of their buttons.
        chosen: Returns what the user has chosen; None for the default.
        default: What the program in the terminal is best used with.
        asked: Returns buttons for what the program asks now.
        name: What the terminal is called, where that has to be told.
    """

    def __init__(
        self,
        key: str,
        chosen: Callable[[], Layout | None],
        default: Layout = DEFAULT,
        asked: Callable[[], list[list[InlineKeyboardButton]]] = _no_rows,
        name: str = "",
    ) -> None:
        self.key = key
        self.is_expanded = False
        """The further keys are shown, too."""
        self.following = Following.OFF
        self._asked = asked
        self._chosen = chosen
        self._default = default
        self._name = name

    def rows(self) -> list[list[InlineKeyboardButton]]:
        """Return the buttons, as they are now."""
        chosen = self._chosen()
        layout = self._default if chosen is None else chosen
        keys = keypad_rows(self.key, layout, self.is_expanded, self._name)
        return [*self._asked(), *self._pause_row(), *keys]

    def _pause_row(self) -> list[list[InlineKeyboardButton]]:
        if self.following is Following.OFF:
            return []
        if self.following is Following.ON:
            return [[button("⏸ Pause", self.key, PAUSE)]]
        return [[button("▶️ Resume", self.key, RESUME)]]

    def markup(self) -> InlineKeyboardMarkup:
        """Return the keyboard of a message."""
        return InlineKeyboardMarkup(self.rows())
