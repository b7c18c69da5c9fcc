"""The keyboards under messages about files (pure): `ID:action` as everywhere."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

TYPE = "type"


def type_keyboard(key: str, count: int) -> InlineKeyboardMarkup:
    """Return the button that types the path, or the `count` paths."""
    label = "⌨️ Type the path" if count == 1 else f"⌨️ Type the {count} paths"
    return InlineKeyboardMarkup([[_button(label, key, TYPE)]])


def _button(label: str, key: str, action: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=f"{key}:{action}")
