"""The inline keyboards (pure): each button carries `ID:action`."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

REFRESH = "refresh"
YES = "yes"
NO = "no"


def question_keyboard(key: str, yes: str, no: str) -> InlineKeyboardMarkup:
    """Return a yes and a no, each on a row of its own so that no thumb hits both."""
    return InlineKeyboardMarkup([[button(yes, key, YES)], [button(no, key, NO)]])


def split_data(data: str) -> tuple[str, str]:
    """Return the id and the action of the data of a button."""
    key, _, action = data.partition(":")
    return key, action


def button(label: str, key: str, action: str) -> InlineKeyboardButton:
    """Return a button that carries the id `key` and an action."""
    return InlineKeyboardButton(label, callback_data=f"{key}:{action}")
