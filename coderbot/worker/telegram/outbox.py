"""All that is said in chats goes through here: in order, retried, never in a flood."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from telegram import (
    Bot,
    InlineKeyboardMarkup,
    InputMediaPhoto,
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

from coderbot.clock import Clock
from coderbot.worker.counters import Counters
from coderbot.worker.tasks import Tasks
from coderbot.worker.telegram.flood import retry_after_s
from coderbot.worker.telegram.lengths import MAX_TOAST_UNITS, cut_end

_ATTEMPTS = 4
"""How often one call is tried when the network fails."""
_FLOOD_WAITS = 3
"""How often one call waits because Telegram asks to."""
_MAX_WAITING = 50
"""Calls that may wait in one chat; further ones are dropped."""
_REFUSED = (BadRequest, Forbidden, InvalidToken)
"""Answers that the same call would get again."""
_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class _GaveUpError(Exception):
    """A call failed for good; `reason` is lower-case text of Telegram."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason.lower()


@dataclass(slots=True)
class _Chat:
    """State of one chat."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    blocked_until: float = 0.0
    """Monotonic time before which Telegram wants to hear nothing."""


class Outbox:
    """Sends to chats: each in order, one never waiting for another.

    Methods that send return the id of the message, or None when it could not
    be sent; the reason is in the log.

    Args:
        bot: Does the calls.
        tasks: Owner of deletions to come.
        clock: For waits.
        notice_s: How long a notice stays, in seconds; 0 or less keeps it.
        jitter: Returns a number from 0 to 1, to spread retries.
        counters: Of this worker.
    """

    def __init__(
        self,
        bot: Bot,
        tasks: Tasks,
        clock: Clock,
        notice_s: float,
        jitter: Callable[[], float],
        counters: Counters | None = None,
    ) -> None:
        self._bot = bot
        self._tasks = tasks
        self._clock = clock
        self._notice_s = notice_s
        self._jitter = jitter
        self._counters = counters if counters is not None else Counters()
        self._chats: dict[int, _Chat] = {}
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def queued(self) -> int:
        """Calls that wait for their turn in a chat, or are under way."""
        return sum(each.waiting for each in self._chats.values())

    def pause_s(self, chat: int) -> float:
        """Return for how long Telegram wants to hear nothing in this chat, in seconds."""
        state = self._chats.get(chat)
        blocked_until = state.blocked_until if state else 0.0
        return max(0.0, blocked_until - self._clock.monotonic())

    async def text(
        self,
        chat: int,
        text: str,
        entities: Sequence[MessageEntity] = (),
        keyboard: InlineKeyboardMarkup | None = None,
    ) -> int | None:
        """Send a text; formatting by entities only, so no text can break it."""

        async def send() -> int:
            message = await self._bot.send_message(
                chat,
                cut_end(text),
                entities=entities or None,
                reply_markup=keyboard,
                link_preview_options=_NO_PREVIEW,
            )
            return message.message_id

        return await self._or_none(chat, send)

    async def photo(
        self, chat: int, png: bytes, keyboard: InlineKeyboardMarkup | None = None
    ) -> int | None:
        """Send a picture."""

        async def send() -> int:
            message = await self._bot.send_photo(
                chat, png, filename="screen.png", reply_markup=keyboard
            )
            return message.message_id

        return await self._or_none(chat, send)

    async def edit_photo(
        self, chat: int, message: int, png: bytes, keyboard: InlineKeyboardMarkup | None
    ) -> int | None:
        """Put another picture into a message; sends it anew if the message is gone."""

        async def edit() -> int:
            media = InputMediaPhoto(png, filename="screen.png")
            await self._bot.edit_message_media(
                media, chat, message, reply_markup=keyboard
            )
            return message

        return await self._edit(
            chat, message, edit, lambda: self.photo(chat, png, keyboard)
        )

    async def edit_text(
        self,
        chat: int,
        message: int,
        text: str,
        entities: Sequence[MessageEntity] = (),
        keyboard: InlineKeyboardMarkup | None = None,
    ) -> int | None:
        """Replace the text of a message; sends it anew if the message is gone."""

        async def edit() -> int:
            await self._bot.edit_message_text(
                cut_end(text),
                chat,
                message,
                entities=entities or None,
                reply_markup=keyboard,
                link_preview_options=_NO_PREVIEW,
            )
            return message

        return await self._edit(
            chat, message, edit, lambda: self.text(chat, text, entities, keyboard)
        )

    async def delete(self, chat: int, message: int) -> None:
        """Delete a message; one that is gone already is fine."""
        try:
            await self._in_turn(chat, lambda: self._bot.delete_message(chat, message))
        except _GaveUpError as error:
            _log.info("A message in chat %d stays: %s", chat, error.reason)

    def post(self, chat: int, text: str) -> None:
        """Send a text in its turn; returns at once."""
        self._tasks.spawn(self._post(chat, text), f"text for {chat}")

    def notice(self, chat: int, text: str) -> None:
        """Send a short text that is deleted after a while; returns at once."""
        self._tasks.spawn(self._notice(chat, text), f"notice in {chat}")

    async def answer(self, query_id: str, text: str = "") -> None:
        """Answer the press of a button, with a toast if there is a text."""
        toast = cut_end(text, MAX_TOAST_UNITS) or None
        try:
            await self._bot.answer_callback_query(query_id, toast)
        except TelegramError as error:
            # The spinner of an old query cannot be stopped any more.
            _log.info("A button could not be answered: %s", error.message)

    async def drain(self) -> None:
        """Return when nothing waits to be sent; deletions to come do not count."""
        # What was spawned just now has to begin before it can be waited for.
        await asyncio.sleep(0)
        await self._idle.wait()

    async def _post(self, chat: int, text: str) -> None:
        await self.text(chat, text)

    async def _notice(self, chat: int, text: str) -> None:
        message = await self.text(chat, text)
        if message is None or self._notice_s <= 0:
            return
        await self._clock.sleep(self._notice_s)
        await self.delete(chat, message)

    async def _edit(
        self,
        chat: int,
        message: int,
        edit: Callable[[], Awaitable[int]],
        send: Callable[[], Awaitable[int | None]],
    ) -> int | None:
        try:
            return await self._in_turn(chat, edit)
        except _GaveUpError as error:
            if "not modified" in error.reason:
                return message
            if any(sign in error.reason for sign in _GONE):
                return await send()
            _log.warning("An edit in chat %d failed: %s", chat, error.reason)
            return None

    async def _or_none(self, chat: int, call: Callable[[], Awaitable[_T]]) -> _T | None:
        try:
            return await self._in_turn(chat, call)
        except _GaveUpError as error:
            _log.warning("A call for chat %d failed: %s", chat, error.reason)
            return None

    async def _in_turn(self, chat: int, call: Callable[[], Awaitable[_T]]) -> _T:
        """Do `call` when all earlier ones of this chat are done."""
        state = self._chats.setdefault(chat, _Chat())
        if state.waiting >= _MAX_WAITING:
            self._counters.outbox_dropped += 1
            raise _GaveUpError("too many messages wait in this chat")
        state.waiting += 1
        self._idle.clear()
        try:
            async with state.turn:
                return await self._with_retries(state, call)
        finally:
            state.waiting -= 1
            self._forget_idle(chat, state)

    def _forget_idle(self, chat: int, state: _Chat) -> None:
        if not state.waiting and state.blocked_until <= self._clock.monotonic():
            self._chats.pop(chat, None)
        if not self.queued:
            self._idle.set()

    async def _with_retries(
        self, state: _Chat, call: Callable[[], Awaitable[_T]]
    ) -> _T:
        failures = floods = 0
        while True:
            pause_s = state.blocked_until - self._clock.monotonic()
            if pause_s > 0:
                await self._clock.sleep(pause_s)
            try:
                return await call()
            except RetryAfter as error:
                floods += 1
                state.blocked_until = self._clock.monotonic() + retry_after_s(error)
                if floods > _FLOOD_WAITS:
                    raise _GaveUpError(error.message) from error
            except _REFUSED as error:
                raise _GaveUpError(error.message) from error
            except NetworkError as error:
                failures += 1
                if failures >= _ATTEMPTS:
                    raise _GaveUpError(error.message) from error
                await self._clock.sleep(2 ** (failures - 1) * (0.5 + self._jitter()))
            except TelegramError as error:
                raise _GaveUpError(error.message) from error
