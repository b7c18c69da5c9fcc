"""All that is said in chats goes through here: paced, in order, never in a flood."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from telegram import (
    Bot,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    MessageEntity,
)

from coderbot.botprocess.counters import Counters
from coderbot.botprocess.tasks import Tasks
from coderbot.botprocess.telegram.dispatcher import Dispatcher, GaveUpError
from coderbot.botprocess.telegram.lengths import MAX_TOAST_UNITS, cut_end
from coderbot.botprocess.telegram.pace import Overall, Priority
from coderbot.botprocess.telegram.traces import Traces
from coderbot.botprocess.waits import wait_event
from coderbot.clock import Clock

_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

_log = logging.getLogger(__name__)


class MessageGoneError(Exception):
    """Raised when a message that is to be edited is not there any more."""


class Outbox:
    """Sends to chats: each in order, one never waiting for another.

    Methods that send return the id of the message, or None when it could not
    be sent; the reason is in the log. Nothing makes a sound but an alert.

    Args:
        bot: Does the calls.
        tasks: Owner of the calls and of deletions to come.
        clock: For waits.
        notice_s: How long a notice stays, in seconds; 0 or less keeps it.
        jitter: Returns a number from 0 to 1, to spread retries.
        counters: Of this worker.
        traces: Remembers for the next run what stands in chats.
        pace: Of all chats together; None: that of a bot with one worker.
    """

    def __init__(
        self,
        bot: Bot,
        tasks: Tasks,
        clock: Clock,
        notice_s: float,
        jitter: Callable[[], float],
        counters: Counters | None = None,
        traces: Traces | None = None,
        pace: Overall | None = None,
    ) -> None:
        self._bot = bot
        self._tasks = tasks
        self._clock = clock
        self._notice_s = notice_s
        self._dispatcher = Dispatcher(
            tasks,
            clock,
            jitter,
            counters if counters is not None else Counters(),
            pace,
        )
        self._traces = traces
        self._ending = asyncio.Event()

    @property
    def queued(self) -> int:
        """Calls that wait for their turn or are under way."""
        return len(self._dispatcher)

    def pause_s(self, chat: int, priority: Priority = Priority.SCREEN) -> float:
        """Return for how long a message would have to wait in a chat, in seconds."""
        return self._dispatcher.pause_s(chat, priority)

    async def clearance(self, chat: int, messages: int) -> bool:
        """Wait until so many files may be uploaded to a chat; they count as sent.

        Returns:
            False when it was dropped instead, because too much waits.
        """
        try:
            await self._dispatcher.do(chat, Priority.FILE, _nothing, messages=messages)
        except GaveUpError:
            return False
        return True

    def hold(self, chat: int, seconds: float) -> None:
        """Send nothing to a chat for a while, because Telegram asks to wait."""
        self._dispatcher.hold(chat, seconds)

    async def text(
        self,
        chat: int,
        text: str,
        entities: Sequence[MessageEntity] = (),
        keyboard: InlineKeyboardMarkup | None = None,
        *,
        thread: int | None = None,
        priority: Priority = Priority.REPLY,
    ) -> int | None:
        """Send a text; formatting by entities only, so no text can break it.

        Args:
            chat: Where to.
            text: Its end is cut off when it is too long.
            entities: Formatting.
            keyboard: Goes under it.
            thread: Topic of the chat.
            priority: An alert makes a sound.
        """

        async def send(thread: int | None) -> int:
            message = await self._bot.send_message(
                chat,
                cut_end(text),
                entities=entities or None,
                reply_markup=keyboard,
                link_preview_options=_NO_PREVIEW,
                message_thread_id=thread,
                disable_notification=priority is not Priority.ALERT,
            )
            return message.message_id

        return self._note(
            chat, await self._sent(chat, priority, send, thread), keyboard
        )

    async def photo(
        self,
        chat: int,
        png: bytes,
        keyboard: InlineKeyboardMarkup | None = None,
        *,
        caption: str = "",
        thread: int | None = None,
        priority: Priority = Priority.REPLY,
    ) -> int | None:
        """Send a picture."""

        async def send(thread: int | None) -> int:
            message = await self._bot.send_photo(
                chat,
                png,
                filename="screen.png",
                caption=caption or None,
                reply_markup=keyboard,
                message_thread_id=thread,
                disable_notification=priority is not Priority.ALERT,
            )
            return message.message_id

        return self._note(
            chat, await self._sent(chat, priority, send, thread), keyboard
        )

    async def document(
        self,
        chat: int,
        content: bytes,
        name: str,
        *,
        caption: str = "",
        thread: int | None = None,
    ) -> int | None:
        """Send a file of that name."""

        async def send(thread: int | None) -> int:
            message = await self._bot.send_document(
                chat,
                content,
                filename=name,
                caption=caption or None,
                message_thread_id=thread,
                disable_notification=True,
            )
            return message.message_id

        return await self._sent(chat, Priority.REPLY, send, thread)

    async def edit_photo(
        self, chat: int, message: int, png: bytes, keyboard: InlineKeyboardMarkup | None
    ) -> int | None:
        """Put another picture of a screen into a message.

        Raises:
            MessageGoneError: When there is no such message any more.
        """

        async def edit() -> int:
            media = InputMediaPhoto(png, filename="screen.png")
            await self._bot.edit_message_media(
                media, chat, message, reply_markup=keyboard
            )
            return message

        return await self._edit(chat, message, Priority.SCREEN, edit)

    async def edit_screen_text(
        self,
        chat: int,
        message: int,
        text: str,
        entities: Sequence[MessageEntity],
        keyboard: InlineKeyboardMarkup | None,
    ) -> int | None:
        """Put another text of a screen into a message.

        Raises:
            MessageGoneError: When there is no such message any more.
        """
        edit = self._text_edit(chat, message, text, entities, keyboard)
        return await self._edit(chat, message, Priority.SCREEN, edit)

    async def edit_text(
        self,
        chat: int,
        message: int,
        text: str,
        entities: Sequence[MessageEntity] = (),
        keyboard: InlineKeyboardMarkup | None = None,
    ) -> int | None:
        """Replace the text of a message; sends it anew if the message is gone."""
        edit = self._text_edit(chat, message, text, entities, keyboard)
        try:
            sent = await self._edit(chat, message, Priority.REPLY, edit)
            return self._note(chat, sent, keyboard)
        except MessageGoneError:
            return await self.text(chat, text, entities, keyboard)

    async def strip(self, chat: int, message: int) -> None:
        """Take the buttons off a message, when nothing else is to be done."""
        await self.edit_keyboard(chat, message, None, priority=Priority.TIDY)

    async def edit_keyboard(
        self,
        chat: int,
        message: int,
        keyboard: InlineKeyboardMarkup | None,
        *,
        priority: Priority = Priority.REPLY,
    ) -> None:
        """Put other buttons under a message, or none; one that is gone is left."""

        async def edit() -> None:
            await self._bot.edit_message_reply_markup(
                chat, message, reply_markup=keyboard
            )

        try:
            await self._dispatcher.do(chat, priority, edit)
        except GaveUpError as error:
            _log.info("Buttons in chat %d stay: %s", chat, error.reason)
        self._note(chat, message, keyboard)

    async def delete(self, chat: int, message: int) -> None:
        """Delete a message; one that is gone already is fine."""

        async def delete() -> None:
            await self._bot.delete_message(chat, message)

        try:
            await self._dispatcher.do(chat, Priority.DELETE, delete, messages=0)
        except GaveUpError as error:
            _log.info("A message in chat %d stays: %s", chat, error.reason)
        self._note(chat, message, None)

    def retire(self, chat: int, message: int) -> None:
        """Take the buttons off a message some time; returns at once."""
        self._tasks.spawn(self.strip(chat, message), f"dead buttons in {chat}")

    def post(
        self,
        chat: int,
        text: str,
        keyboard: InlineKeyboardMarkup | None = None,
        *,
        thread: int | None = None,
    ) -> None:
        """Send a text in its turn; returns at once."""

        async def post() -> None:
            await self.text(chat, text, keyboard=keyboard, thread=thread)

        self._tasks.spawn(post(), f"text for {chat}")

    def notice(self, chat: int, text: str, *, thread: int | None = None) -> None:
        """Send a short text that is deleted after a while; returns at once."""
        self._tasks.spawn(self._notice(chat, text, thread), f"notice in {chat}")

    async def answer(self, query_id: str, text: str = "") -> None:
        """Answer the press of a button, with a toast if there is a text."""
        toast = cut_end(text, MAX_TOAST_UNITS) or None

        async def answer() -> None:
            await self._bot.answer_callback_query(query_id, toast)

        try:
            await self._dispatcher.do(None, Priority.ALERT, answer, messages=0)
        except GaveUpError as error:
            # The spinner of an old query cannot be stopped any more.
            _log.info("A button could not be answered: %s", error.reason)

    async def tidy(self) -> None:
        """Take away what an earlier run has left in chats; nothing is as unhurried."""
        if self._traces is None:
            return
        self._tasks.spawn(self._traces.run(), "traces")
        buttons, fading = self._traces.take_over()
        for chat, message in fading:
            await self.delete(chat, message)
        for chat, message in buttons:
            await self.strip(chat, message)

    async def drain(self) -> None:
        """Return when all that is still worth it has been sent.

        Notices that wait to be deleted are deleted now, screens and files that
        wait are dropped.
        """
        self._ending.set()
        await self._dispatcher.drain()
        if self._traces is not None:
            await self._traces.flush()

    async def _notice(self, chat: int, text: str, thread: int | None) -> None:
        message = await self.text(chat, text, thread=thread)
        if message is None or self._notice_s <= 0:
            return
        if self._traces is not None:
            self._traces.fades(chat, message)
        await wait_event(self._ending, self._clock, self._notice_s)
        await self.delete(chat, message)

    def _note(
        self, chat: int, message: int | None, keyboard: InlineKeyboardMarkup | None
    ) -> int | None:
        """Remember whether a message has buttons now; returns the message."""
        if self._traces is not None and message is not None:
            if keyboard is not None:
                self._traces.has_buttons(chat, message)
            else:
                self._traces.forget(chat, message)
        return message

    def _text_edit(
        self,
        chat: int,
        message: int,
        text: str,
        entities: Sequence[MessageEntity],
        keyboard: InlineKeyboardMarkup | None,
    ) -> Callable[[], Awaitable[int | None]]:
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

        return edit

    async def _edit(
        self,
        chat: int,
        message: int,
        priority: Priority,
        edit: Callable[[], Awaitable[int | None]],
    ) -> int | None:
        try:
            return await self._dispatcher.do(chat, priority, edit, key=message)
        except GaveUpError as error:
            if "not modified" in error.reason:
                return message
            if any(sign in error.reason for sign in _GONE):
                raise MessageGoneError(error.reason) from error
            _log.warning("An edit in chat %d failed: %s", chat, error.reason)
            return None

    async def _sent(
        self,
        chat: int,
        priority: Priority,
        send: Callable[[int | None], Awaitable[int]],
        thread: int | None,
    ) -> int | None:
        """Send to a topic; to the chat itself when the topic was deleted."""
        try:
            return await self._dispatcher.do(chat, priority, lambda: send(thread))
        except GaveUpError as error:
            if thread is not None and "thread not found" in error.reason:
                return await self._sent(chat, priority, send, None)
            _log.warning("A call for chat %d failed: %s", chat, error.reason)
            return None


async def _nothing() -> None:
    """Stand for an upload, which is done by the one who asks for clearance."""
