"""What is said to the admins: paced and in order, nothing of it ever parsed."""

import logging
from collections.abc import Awaitable, Callable, Iterable

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    MessageEntity,
)

from coderbot.botprocess.tasks import Tasks
from coderbot.botprocess.telegram.dispatcher import Dispatcher, GaveUpError
from coderbot.botprocess.telegram.lengths import MAX_TOAST_UNITS, cut_end, utf16_units
from coderbot.botprocess.telegram.pace import Priority
from coderbot.controlbot import texts
from coderbot.controlbot.split import split_text

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

_log = logging.getLogger(__name__)


class Sender:
    """Sends plain texts, files and buttons.

    What cannot be sent is logged, and told by None.

    Args:
        bot: Does the calls.
        tasks: Owner of what is posted.
        dispatcher: Says when each call is done.
    """

    def __init__(self, bot: Bot, tasks: Tasks, dispatcher: Dispatcher) -> None:
        self._bot = bot
        self._tasks = tasks
        self._dispatcher = dispatcher

    @property
    def queued(self) -> int:
        """Calls that wait for their turn, or are under way."""
        return len(self._dispatcher)

    async def text(
        self,
        chat: int,
        text: str,
        keyboard: InlineKeyboardMarkup | None = None,
        *,
        fixed: bool = False,
    ) -> int | None:
        """Send a text, in several messages if it is long.

        Args:
            chat: Where to.
            text: What; must not be empty.
            keyboard: Goes under the last message.
            fixed: In letters of the same width.

        Returns:
            The id of the last message.
        """
        *first, last = split_text(text)
        for part in first:
            await self._send(chat, part, None, fixed=fixed)
        return await self._send(chat, last, keyboard, fixed=fixed)

    def alert(self, chat: int, text: str, *, silent: bool) -> None:
        """Send a text before all else that waits; returns at once."""

        async def send() -> None:
            for part in split_text(text):
                await self._send(chat, part, None, silent=silent, first=True)

        self._tasks.spawn(send(), f"alert for {chat}")

    def post(self, chat: int, text: str) -> None:
        """Send a text in its turn; returns at once."""

        async def send() -> None:
            await self.text(chat, text)

        self._tasks.spawn(send(), f"text for {chat}")

    async def file(self, chat: int, name: str, data: bytes, caption: str) -> int | None:
        """Send a file."""

        async def send() -> int:
            document = InputFile(data, name, attach=True)
            message = await self._bot.send_document(chat, document, caption=caption)
            return message.message_id

        return await self._do(chat, Priority.REPLY, send)

    async def edit(
        self,
        chat: int,
        message: int,
        text: str,
        keyboard: InlineKeyboardMarkup | None = None,
    ) -> None:
        """Replace the text of a message and its buttons; the newest text counts."""

        async def edit() -> None:
            await self._bot.edit_message_text(
                cut_end(text),
                chat,
                message,
                reply_markup=keyboard,
                link_preview_options=_NO_PREVIEW,
            )

        await self._do(chat, Priority.REPLY, edit, key=message)

    async def delete(self, chat: int, message: int) -> bool:
        """Delete a message; returns whether that worked."""

        async def delete() -> int:
            return 1 if await self._bot.delete_message(chat, message) else 0

        return bool(await self._do(chat, Priority.DELETE, delete, messages=0))

    async def commands(self, chat: int, entries: Iterable[tuple[str, str]]) -> None:
        """Set the list of commands that Telegram shows in one chat."""
        wanted = [BotCommand(*entry) for entry in entries]

        async def set_commands() -> None:
            await self._bot.set_my_commands(wanted, BotCommandScopeChat(chat))

        await self._do(chat, Priority.TIDY, set_commands, messages=0)

    async def answer(self, query_id: str, text: str = "") -> None:
        """Answer the press of a button, with a toast if there is a text."""
        toast = cut_end(text, MAX_TOAST_UNITS) or None

        async def answer() -> None:
            await self._bot.answer_callback_query(query_id, toast)

        # One that is old cannot be answered any more, and nobody waits for it.
        await self._do(None, Priority.ALERT, answer, messages=0)

    async def drain(self) -> None:
        """Return when all that is still worth it has been sent."""
        await self._dispatcher.drain()

    async def _send(
        self,
        chat: int,
        text: str,
        keyboard: InlineKeyboardMarkup | None,
        *,
        silent: bool = False,
        fixed: bool = False,
        first: bool = False,
    ) -> int | None:
        whole = MessageEntity(MessageEntity.PRE, 0, utf16_units(text))

        async def send() -> int:
            message = await self._bot.send_message(
                chat,
                text,
                entities=[whole] if fixed else None,
                reply_markup=keyboard,
                disable_notification=silent,
                link_preview_options=_NO_PREVIEW,
            )
            return message.message_id

        return await self._do(chat, Priority.ALERT if first else Priority.REPLY, send)

    async def _do(
        self,
        chat: int | None,
        priority: Priority,
        call: Callable[[], Awaitable[int | None]],
        *,
        messages: int = 1,
        key: int | None = None,
    ) -> int | None:
        try:
            return await self._dispatcher.do(
                chat, priority, call, messages=messages, key=key
            )
        except GaveUpError as error:
            if "not modified" not in error.reason:
                _log.warning("A call for chat %s failed: %s", chat, error.reason)
            return None


async def delete_token(sender: Sender, admin: int, message: int) -> None:
    """Delete a message with a token, or say that it stays."""
    if not await sender.delete(admin, message):
        await sender.text(admin, texts.TOKEN_STAYS)
