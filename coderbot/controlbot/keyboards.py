"""Buttons under messages."""

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from coderbot.control.facts import BotSnapshot
from coderbot.controlbot import views

YES, NO = "yes", "no"


def board_keyboard(
    key: str, bots: Sequence[BotSnapshot], page: int
) -> InlineKeyboardMarkup:
    """Return the buttons of one page of the live message."""
    rows = [bot_row(key, bot) for bot in views.on_page(bots, page)]
    count = views.pages(bots)
    turning = [_button("Refresh", key, "refresh")]
    if count > 1:
        before, after = (page - 1) % count, (page + 1) % count
        turning.insert(0, _button("◀", key, f"page {before}"))
        turning.append(_button("▶", key, f"page {after}"))
    return InlineKeyboardMarkup([*rows, turning])


def bot_keyboard(key: str, bot: BotSnapshot) -> InlineKeyboardMarkup:
    """Return the buttons of one bot."""
    return InlineKeyboardMarkup([bot_row(key, bot)])


def bot_row(key: str, bot: BotSnapshot) -> list[InlineKeyboardButton]:
    """Return the buttons of one bot: details, start or stop, restart, logs."""
    name = bot.bot
    row = [_button(name, key, f"details {name}")]
    if bot.state.is_at_rest:
        row.append(_button("Start", key, f"start {name}"))
    else:
        row.append(_button("Stop", key, f"stop {name}"))
        row.append(_button("Restart", key, f"restart {name}"))
    row.append(_button("Logs", key, f"logs {name}"))
    return row


def question_keyboard(key: str, yes: str) -> InlineKeyboardMarkup:
    """Return the buttons of a question, far from each other."""
    return InlineKeyboardMarkup(
        [[_button(yes, key, YES)], [_button("No, leave it", key, NO)]]
    )


def _button(text: str, key: str, action: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=f"{key} {action}")
