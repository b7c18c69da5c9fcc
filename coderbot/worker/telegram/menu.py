"""The command menu of the bot: written only when it is different."""

import logging

from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats
from telegram.error import TelegramError

from coderbot.worker.telegram.commands import Menu, menu_of

_log = logging.getLogger(__name__)


async def publish_menu(bot: Bot) -> None:
    """Give Telegram the list of commands for private chats.

    Asking first is cheap; writing for many bots at each start meets flood
    control. A failure is no reason not to start.
    """
    scope = BotCommandScopeAllPrivateChats()
    wanted = tuple(BotCommand(*entry) for entry in menu_of(Menu.IDLE))
    try:
        if tuple(await bot.get_my_commands(scope)) != wanted:
            await bot.set_my_commands(wanted, scope)
    except TelegramError as error:
        _log.warning("The command menu could not be set: %s", error.message)
