"""The inline keyboards (pure): each button carries `ID:action`."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

REFRESH = "refresh"
DIGITS = ("1", "2", "3")
YES = "yes"
NO = "no"


def screen_keyboard(key: str) -> InlineKeyboardMarkup:
    """Return the keyboard under every screen."""
    return InlineKeyboardMarkup(
        [
            [_button("🔄 Refresh", key, REFRESH)],
            [_button(digit, key, digit) for digit in DIGITS],
        ]
    )


def question_keyboard(key: str, yes: str, no: str) -> InlineKeyboardMarkup:
    """Return a yes and a no, each on a row of its own so that no thumb hits both."""
    return InlineKeyboardMarkup([[_button(yes, key, YES)], [_button(no, key, NO)]])


def split_data(data: str) -> tuple[str, str]:
    """Return the id and the action of the data of a button."""
    key, _, action = data.partition(":")
    return key, action


def _button(label: str, key: str, action: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=f"{key}:{action}")
