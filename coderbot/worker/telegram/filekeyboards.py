"""The keyboards under messages about files (pure): `ID:action` as everywhere."""

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from coderbot.worker.media.captions import size_text
from coderbot.worker.media.finding import Entry
from coderbot.worker.media.names import shown

TYPE = "type"
RETRY = "retry"
PICK = "pick"
PAGE = "page"
ALL = "all"
UP = "up"
ZIP = "zip"

_PAGE_ENTRIES = 8
_MAX_LABEL = 48
"""Characters of a name on a button; the end of it says more than the middle."""


def type_keyboard(key: str, count: int) -> InlineKeyboardMarkup:
    """Return the button that types the path, or the `count` paths."""
    label = "⌨️ Type the path" if count == 1 else f"⌨️ Type the {count} paths"
    return InlineKeyboardMarkup([[_button(label, key, TYPE)]])


def retry_keyboard(key: str, count: int) -> InlineKeyboardMarkup:
    """Return the button that sends what failed once more."""
    label = "🔁 Try it again" if count == 1 else f"🔁 Try all {count} again"
    return InlineKeyboardMarkup([[_button(label, key, RETRY)]])


def picker(
    key: str, entries: Sequence[Entry], page: int, is_tree: bool
) -> InlineKeyboardMarkup:
    """Return one page of a list of files.

    Args:
        key: Id of the buttons.
        entries: All there is; a button knows its number.
        page: Which page, from 0.
        is_tree: These lie in one directory, which has others around it.
    """
    first = page * _PAGE_ENTRIES
    rows = [
        [_button(_label(entry, is_tree), key, f"{PICK}{number}")]
        for number, entry in enumerate(entries)
        if first <= number < first + _PAGE_ENTRIES
    ]
    last = (len(entries) - 1) // _PAGE_ENTRIES
    turns = [("◀️", page - 1)] if page else []
    turns += [("▶️", page + 1)] if page < last else []
    if turns:
        rows.append([_button(sign, key, f"{PAGE}{to}") for sign, to in turns])
    if is_tree:
        rows.append([_button("⬆️ Up", key, UP), _button("📦 All as zip", key, ZIP)])
    elif len(entries) > 1:
        rows.append([_button(f"📤 Send all {len(entries)}", key, ALL)])
    return InlineKeyboardMarkup(rows)


def parse(action: str) -> tuple[str, int]:
    """Return an action of a picker and its number; what is no number counts as 0."""
    word = action.rstrip("0123456789")
    digits = action[len(word) :][:6]
    return word, int(digits or 0)


def _label(entry: Entry, is_tree: bool) -> str:
    name = shown(entry.path.name)
    if not is_tree:
        name = f"{shown(entry.path.parent.name)}/{name}"
    if len(name) > _MAX_LABEL:
        name = f"{name[: _MAX_LABEL // 2]}…{name[-_MAX_LABEL // 2 :]}"
    if entry.is_directory:
        return f"📁 {name}/"
    return f"📄 {name} · {size_text(entry.size)}"


def _button(label: str, key: str, action: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=f"{key}:{action}")
