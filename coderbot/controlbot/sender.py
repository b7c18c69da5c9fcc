"""What is said to the admins: each chat in order, tried again when the network fails."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    MessageEntity,
)
from telegram.error import (
    BadRequest,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from coderbot.botprocess.tasks import Tasks
from coderbot.botprocess.telegram.flood import retry_after_s
from coderbot.botprocess.telegram.lengths import MAX_TOAST_UNITS, cut_end, utf16_units
from coderbot.clock import Clock
from coderbot.controlbot import texts
from coderbot.controlbot.split import split_text

_ATTEMPTS = 4
"""How often one call is tried."""
_REFUSED = (BadRequest, Forbidden, InvalidToken)
"""Answers that the same call would get again."""
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class Sender:
    """Sends plain texts; nothing in them is ever parsed.

    What cannot be sent is logged, and told by None.

    Args:
        bot: Does the calls.
        tasks: Owner of what is posted.
        clock: For pauses.
        jitter: Returns a number from 0 to 1, to spread retries.
    """

    def __init__(
        self, bot: Bot, tasks: Tasks, clock: Clock, jitter: Callable[[], float]
    ) -> None:
        self._bot = bot
        self._tasks = tasks
        self._clock = clock
        self._jitter = jitter
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def queued(self) -> int:
        """Calls that wait for their turn, or are under way."""
        return self._waiting

    async def text(
        self,
        chat: int,
        text: str,
        keyboard: InlineKeyboardMarkup | None = None,
        *,
        silent: bool = False,
        fixed: bool = False,
    ) -> int | None:
        """Send a text, in several messages if it is long.

        Args:
            chat: Where to.
            text: What; must not be empty.
            keyboard: Goes under the last message.
            silent: Make no sound.
            fixed: In letters of the same width.

        Returns:
            The id of the last message.
        """
        *first, last = split_text(text)
        for part in first:
            await self._send(chat, part, None, silent, fixed)
        return await self._send(chat, last, keyboard, silent, fixed)

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

        return await self._in_turn(chat, send)

    async def edit(
        self,
        chat: int,
        message: int,
        text: str,
        keyboard: InlineKeyboardMarkup | None = None,
    ) -> None:
        """Replace the text of a message and its buttons."""

        async def edit() -> None:
            await self._bot.edit_message_text(
                cut_end(text),
                chat,
                message,
                reply_markup=keyboard,
                link_preview_options=_NO_PREVIEW,
            )

        await self._in_turn(chat, edit)

    async def delete(self, chat: int, message: int) -> bool:
        """Delete a message; returns whether that worked."""

        async def delete() -> bool:
            return await self._bot.delete_message(chat, message)

        return bool(await self._in_turn(chat, delete))

    async def commands(self, chat: int, entries: Iterable[tuple[str, str]]) -> None:
        """Set the list of commands that Telegram shows in one chat."""
        wanted = [BotCommand(*entry) for entry in entries]

        async def set_commands() -> None:
            await self._bot.set_my_commands(wanted, BotCommandScopeChat(chat))

        await self._in_turn(chat, set_commands)

    async def answer(self, query_id: str, text: str = "") -> None:
        """Answer the press of a button, with a toast if there is a text."""
        toast = cut_end(text, MAX_TOAST_UNITS) or None
        try:
            await self._bot.answer_callback_query(query_id, toast)
        except TelegramError as error:
            # The spinner of an old query cannot be stopped any more.
            _log.info("A button could not be answered: %s", error.message)

    async def drain(self) -> None:
        """Return when nothing waits to be sent."""
        # What was spawned just now has to begin before it can be waited for.
        await asyncio.sleep(0)
        await self._idle.wait()

    async def _send(
        self,
        chat: int,
        text: str,
        keyboard: InlineKeyboardMarkup | None,
        silent: bool,
        fixed: bool,
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

        return await self._in_turn(chat, send)

    async def _in_turn(self, chat: int, call: Callable[[], Awaitable[_T]]) -> _T | None:
        """Do `call` when all earlier ones of this chat are done."""
        self._waiting += 1
        self._idle.clear()
        try:
            async with self._turns[chat]:
                return await self._with_retries(call)
        except TelegramError as error:
            if "not modified" not in error.message.lower():
                _log.warning("A call for chat %d failed: %s", chat, error.message)
            return None
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._idle.set()

    async def _with_retries(self, call: Callable[[], Awaitable[_T]]) -> _T:
        for attempt in range(_ATTEMPTS - 1):
            try:
                return await call()
            except RetryAfter as error:
                await self._clock.sleep(retry_after_s(error))
            except _REFUSED:
                raise
            except NetworkError:
                await self._clock.sleep(2**attempt * (0.5 + self._jitter()))
        return await call()


async def delete_token(sender: Sender, admin: int, message: int) -> None:
    """Delete a message with a token, or say that it stays."""
    if not await sender.delete(admin, message):
        await sender.text(admin, texts.TOKEN_STAYS)
