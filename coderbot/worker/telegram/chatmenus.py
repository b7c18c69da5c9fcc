"""The commands that Telegram shows: for everybody, and for who has a terminal."""

import logging
import zlib
from collections.abc import Callable, Iterable

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError

from coderbot.botprocess.tasks import Tasks
from coderbot.worker.preferences.store import PreferenceStore
from coderbot.worker.telegram.command import Menu
from coderbot.worker.telegram.commands import menu_of

Entries = tuple[tuple[str, str], ...]
"""Names and descriptions of commands."""

_MAX_ENTRIES = 100
"""Commands that Telegram takes for one menu."""

_log = logging.getLogger(__name__)


class ChatMenus:
    """Writes menus, and only those that are different from what was written last.

    Without a terminal the menu of all private chats holds. Who has one, or has
    assistants of their own, gets a menu for their own chat, which is taken away again
    with the last of them; what was written is remembered over restarts.

    Args:
        bot: Does the calls.
        tasks: Owner of the calls.
        preferences: Remember what was written.
        own_of: Returns names and descriptions of a user's own commands.
    """

    def __init__(
        self,
        bot: Bot,
        tasks: Tasks,
        preferences: PreferenceStore,
        own_of: Callable[[int], Entries] = lambda _: (),
    ) -> None:
        self._bot = bot
        self._tasks = tasks
        self._preferences = preferences
        self._own_of = own_of
        self._is_open: dict[int, bool] = {}
        """Chats whose menu is known to be wanted, and whether they have a terminal."""
        self._writing: set[int] = set()

    async def publish(self, users: Iterable[int]) -> None:
        """Write the menu for everybody, and remove what an earlier run has left.

        Asking first is cheap; writing for many bots at each start meets flood
        control. A failure is no reason not to start.
        """
        scope = BotCommandScopeAllPrivateChats()
        wanted = _commands(menu_of(Menu.IDLE))
        try:
            if tuple(await self._bot.get_my_commands(scope)) != wanted:
                await self._bot.set_my_commands(wanted, scope)
        except TelegramError as error:
            _log.warning("The command menu could not be set: %s", error.message)
        for user_id in users:
            self.show(user_id, is_open=self._is_open.get(user_id, False))

    def show(self, user_id: int, is_open: bool) -> None:
        """See to it that a user's chat has the menu for what is open; returns at once."""
        self._is_open[user_id] = is_open
        self.renew(user_id)

    def renew(self, user_id: int) -> None:
        """See to it that a user's chat has what they have added or removed."""
        if user_id not in self._writing:
            self._tasks.spawn(self._write(user_id), f"menu of {user_id}")

    async def _write(self, user_id: int) -> None:
        """Write until what was written last is what is wanted last."""
        if user_id in self._writing:
            return
        self._writing.add(user_id)
        try:
            while _digest(wanted := self._wanted(user_id)) != self._written(user_id):
                await self._put(user_id, wanted)
                self._preferences.change(user_id, menu=_digest(wanted))
        except TelegramError as error:
            # The next change tries again.
            _log.warning("The menu of %d could not be set: %s", user_id, error.message)
        finally:
            self._writing.discard(user_id)

    def _wanted(self, user_id: int) -> Entries:
        """Return the menu that a chat is to have of its own; empty for none."""
        if self._is_open.get(user_id):
            return menu_of(Menu.OPEN)
        own = self._own_of(user_id)
        return (*menu_of(Menu.IDLE), *own)[:_MAX_ENTRIES] if own else ()

    async def _put(self, user_id: int, wanted: Entries) -> None:
        scope = BotCommandScopeChat(user_id)
        if wanted:
            await self._bot.set_my_commands(_commands(wanted), scope)
        else:
            await self._bot.delete_my_commands(scope)

    def _written(self, user_id: int) -> str:
        return self._preferences.of(user_id).menu


def _commands(entries: Entries) -> tuple[BotCommand, ...]:
    return tuple(BotCommand(*entry) for entry in entries)


def _digest(entries: Entries) -> str:
    """Return what tells whether a menu in a chat is this one; empty for none."""
    return f"{zlib.crc32(repr(entries).encode()):08x}" if entries else ""
