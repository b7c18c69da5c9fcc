"""Webhooks of ours, told from those of others."""

import logging
from datetime import timedelta

from telegram import Bot
from telegram.error import Conflict

from coderbot.botprocess.telegram.application import ALLOWED_UPDATES

_log = logging.getLogger(__name__)


def hook_path(bot: str) -> str:
    """Return the path at which a bot (`bot-0`) takes its updates."""
    return f"/coderbot/{bot}"


async def first_poll(bot: Bot, name: str) -> None:
    """Ask for updates without waiting; what comes comes again, unconfirmed.

    A webhook that this program has set before is deleted. One of somebody else
    stays: a person decides.

    Args:
        bot: Asks Telegram.
        name: Of the bot: `bot-0`.

    Raises:
        TelegramError: When Telegram cannot be asked.
    """
    try:
        await bot.get_updates(
            limit=1, timeout=timedelta(0), allowed_updates=ALLOWED_UPDATES
        )
    except Conflict:
        info = await bot.get_webhook_info()
        if info.url.endswith(hook_path(name)):
            await bot.delete_webhook()
            _log.info("Telegram brings no updates any more; they are asked for")
        raise
