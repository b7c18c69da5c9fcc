"""A list of files with a button for each, page by page."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from telegram import InlineKeyboardMarkup

from coderbot.worker.media.finding import Entry, contents
from coderbot.worker.services import Services
from coderbot.worker.telegram import filekeyboards, filetexts
from coderbot.worker.telegram.delivery import deliver
from coderbot.worker.telegram.press import Press


class FilePicker:
    """Sends what is pressed; a directory is looked into instead.

    Args:
        title: Stands above the buttons.
        entries: What there is to choose from.
        directory: The one that is shown; None when the files come from anywhere.
    """

    def __init__(
        self, title: str, entries: Sequence[Entry], directory: Path | None = None
    ) -> None:
        self._title = title
        self._entries = tuple(entries)
        self._directory = directory
        self._page = 0

    async def show(self, services: Services, user_id: int, chat: int) -> None:
        """Send the list."""
        key = services.buttons.issue(user_id, self)
        await services.outbox.text(chat, self._title, keyboard=self._keyboard(key))

    async def press(self, press: Press) -> str | None:
        """Do what a button says."""
        action, number = filekeyboards.parse(press.action)
        if action == filekeyboards.PAGE:
            self._page = number
        elif action == filekeyboards.UP and self._directory is not None:
            return await self._enter(press, self._directory.parent)
        elif action == filekeyboards.ALL:
            return self._send(press, [e for e in self._entries if not e.is_directory])
        elif action == filekeyboards.PICK and number < len(self._entries):
            entry = self._entries[number]
            if entry.is_directory and self._directory is not None:
                return await self._enter(press, entry.path)
            return self._send(press, [entry])
        elif action == filekeyboards.ZIP and self._directory is not None:
            return self._send(press, [Entry(self._directory, True, 0, 0.0)])
        self._redraw(press)
        return ""

    async def _enter(self, press: Press, directory: Path) -> str:
        try:
            entries = await asyncio.to_thread(contents, directory)
        except OSError as error:
            return filetexts.unwritable(error)
        self._entries, self._directory, self._page = tuple(entries), directory, 0
        self._title = filetexts.directory(directory, len(entries))
        self._redraw(press)
        return ""

    def _send(self, press: Press, entries: Sequence[Entry]) -> str:
        paths = [each.path for each in entries]
        work = deliver(press.services, press.user_id, paths)
        press.services.tasks.spawn(work, f"files for {press.user_id}")
        return filetexts.sending(len(paths))

    def _redraw(self, press: Press) -> None:
        if press.message is not None:
            work = self._edit(press, press.message)
            press.services.tasks.spawn(work, f"list for {press.user_id}")

    async def _edit(self, press: Press, message: int) -> None:
        keyboard = self._keyboard(press.key)
        await press.services.outbox.edit_text(
            press.user_id, message, self._title, keyboard=keyboard
        )

    def _keyboard(self, key: str) -> InlineKeyboardMarkup:
        is_tree = self._directory is not None
        return filekeyboards.picker(key, self._entries, self._page, is_tree)
