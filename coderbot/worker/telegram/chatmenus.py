"""The commands that Telegram shows: for everybody, and for who has a terminal."""

import logging
import zlib
from collections.abc import Iterable

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError

from coderbot.worker.preferences.store import PreferenceStore
from coderbot.worker.tasks import Tasks
from coderbot.worker.telegram.command import Menu
from coderbot.worker.telegram.commands import menu_of

_log = logging.getLogger(__name__)


class ChatMenus:
    """Writes menus, and only those that are different from what was written last.

    Without a terminal the menu of all private chats holds. Who has one gets a menu
    for their own chat, which is taken away again with the last terminal; what was
    written is remembered over restarts.

    Args:
        bot: Does the calls.
        tasks: Owner of the calls.
        preferences: Remember what was written.
    """

    def __init__(self, bot: Bot, tasks: Tasks, preferences: PreferenceStore) -> None:
        self._bot = bot
        self._tasks = tasks
        self._preferences = preferences
        self._wanted: dict[int, str] = {}
        """Chats whose menu is to be written: its digest, empty for none."""
        self._writing: set[int] = set()

    async def publish(self, users: Iterable[int]) -> None:
        """Write the menu for everybody, and remove what an earlier run has left.

        Asking first is cheap; writing for many bots at each start meets flood
        control. A failure is no reason not to start.
        """
        scope = BotCommandScopeAllPrivateChats()
        wanted = _commands(Menu.IDLE)
        try:
            if tuple(await self._bot.get_my_commands(scope)) != wanted:
                await self._bot.set_my_commands(wanted, scope)
        except TelegramError as error:
            _log.warning("The command menu could not be set: %s", error.message)
        for user_id in users:
            if user_id not in self._wanted:
                self.show(user_id, is_open=False)

    def show(self, user_id: int, is_open: bool) -> None:
        """See to it that a user's chat has the menu for what is open; returns at once."""
        self._wanted[user_id] = _OPEN_DIGEST if is_open else ""
        if user_id not in self._writing:
            self._tasks.spawn(self._write(user_id), f"menu of {user_id}")

    async def _write(self, user_id: int) -> None:
        """Write until what was written last is what is wanted last."""
        if user_id in self._writing:
            return
        self._writing.add(user_id)
        try:
            while (wanted := self._wanted[user_id]) != self._written(user_id):
                await self._put(user_id, wanted)
                self._preferences.change(user_id, menu=wanted)
        except TelegramError as error:
            # The next change tries again.
            _log.warning("The menu of %d could not be set: %s", user_id, error.message)
        finally:
            self._writing.discard(user_id)

    async def _put(self, user_id: int, wanted: str) -> None:
        scope = BotCommandScopeChat(user_id)
        if wanted:
            await self._bot.set_my_commands(_commands(Menu.OPEN), scope)
        else:
            await self._bot.delete_my_commands(scope)

    def _written(self, user_id: int) -> str:
        return self._preferences.of(user_id).menu


def _commands(menu: Menu) -> tuple[BotCommand, ...]:
    return tuple(BotCommand(*entry) for entry in menu_of(menu))


_OPEN_DIGEST = f"{zlib.crc32(repr(menu_of(Menu.OPEN)).encode()):08x}"
"""Tells whether the menu in a chat is that of this version."""
