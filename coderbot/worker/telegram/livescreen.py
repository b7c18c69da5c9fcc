"""The message that shows a terminal, and when it is brought up to date."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from telegram import InlineKeyboardMarkup, MessageEntity

from coderbot.botprocess.telegram.lengths import MAX_TEXT_UNITS, keep_end, utf16_units
from coderbot.botprocess.telegram.outbox import MessageGoneError, Outbox
from coderbot.clock import Clock
from coderbot.worker.telegram import texts
from coderbot.worker.telegram.painter import ScreenPainter
from coderbot.worker.terminal.screen import Screen
from coderbot.worker.terminal.session import TerminalSession

_TRIES = 3
"""How often a refresh that Telegram refuses for its pace is tried."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RefreshPolicy:
    """When a screen is refreshed after input; times in seconds."""

    interval_s: float
    max_count: int
    """A screen is followed for so many intervals after the last input."""
    as_text: bool = False
    """Show text instead of pictures."""
    follows: bool = True
    """Refresh after input at all."""
    quiet_s: float = 0.12
    """Output has settled when none came for so long."""
    limit_s: float = 1.0
    """A refresh waits no longer than this for that."""

    @property
    def window_s(self) -> float:
        """How long a screen is followed after the last input."""
        return self.interval_s * self.max_count


class LiveScreen:
    """One terminal in one chat.

    Args:
        chat: Where it is shown.
        session: The terminal.
        keyboard: Returns what goes under the message now.
        outbox: Sends.
        painter: Draws.
        policy: When to refresh.
        clock: For the length of following.
        thread: Topic of the chat.
    """

    def __init__(
        self,
        chat: int,
        session: TerminalSession,
        keyboard: Callable[[], InlineKeyboardMarkup],
        outbox: Outbox,
        painter: ScreenPainter,
        policy: RefreshPolicy,
        clock: Clock,
        thread: int | None = None,
    ) -> None:
        self._chat = chat
        self._thread = thread
        self._session = session
        self._keyboard = keyboard
        self._outbox = outbox
        self._painter = painter
        self._policy = policy
        self._clock = clock
        self._as_text = policy.as_text
        self._message: int | None = None
        self._was_sent = False
        self._other_until = 0
        """Messages up to this one may show the other of picture and text."""
        self._shown: tuple[Screen, InlineKeyboardMarkup] | None = None
        self._was_replaced = False
        """The message was deleted, and sent anew, since the last input."""
        self._is_dismissed = False
        """What was sent anew was deleted as well: nothing is shown before input."""
        self._is_pinned = False
        self._busy = asyncio.Lock()
        self._show_waits = False
        self._wanted = asyncio.Event()
        self._input_at = float("-inf")

    async def show(self) -> None:
        """Send the screen as a new message, which is refreshed from now on."""
        if self._show_waits:
            return
        self._show_waits = True
        async with self._busy:
            self._show_waits = False
            self._was_replaced = self._is_dismissed = False
            await self._send(self._session.screen(), self._keyboard())

    async def refresh(self, message: int | None = None) -> bool:
        """Bring the message up to date; returns False when nothing has changed.

        Args:
            message: An older message of this screen, to be used from now on.
        """
        async with self._busy:
            if message is not None and message != self._message:
                is_other = message <= self._other_until
                self._message, self._shown = None if is_other else message, None
            screen, keyboard = self._session.screen(), self._keyboard()
            if (screen, keyboard) == self._shown or self._is_dismissed:
                return False
            if self._message is None:
                await self._send(screen, keyboard)
            else:
                await self._edit(self._message, screen, keyboard)
            return True

    def show_as(self, text: bool) -> None:
        """Show pictures or text from now on, in a new message."""
        self._as_text = text
        self._other_until = max(self._other_until, self._message or 0)
        self._message = self._shown = None

    def pin(self, pinned: bool) -> None:
        """Follow the screen all the time, or only after input."""
        if pinned != self._is_pinned:
            self._is_pinned = pinned
            self._wanted.set()

    def touch(self) -> None:
        """Say that something was typed: what follows is to be shown."""
        self._was_replaced = self._is_dismissed = False
        self._input_at = self._clock.monotonic()
        if self._policy.follows:
            self._wanted.set()

    async def follow(self) -> None:
        """Refresh after each input, until cancelled; new input extends it."""
        while True:
            await self._wanted.wait()
            try:
                await self._follow_output()
            except Exception:  # noqa: BLE001 - the next input gets its screen again
                _log.exception("Following the screen failed")

    async def _follow_output(self) -> None:
        """Show what comes, as soon as it has settled and the chat takes it."""
        last = -1
        while self._wanted.is_set() or await self._changes(last):
            self._wanted.clear()
            last = self._session.revision
            await self._session.settled(self._policy.quiet_s, self._policy.limit_s)
            await self._refresh_gently()
        await self._refresh_gently()

    async def _changes(self, last: int) -> bool:
        """Wait for output or input; returns False when following ends before."""
        left_s = self._input_at + self._policy.window_s - self._clock.monotonic()
        if not self._is_pinned and left_s <= 0:
            return False
        try:
            async with asyncio.timeout(None if self._is_pinned else left_s):
                await self._next_change(last)
        except TimeoutError:
            return False
        return self._session.is_open or self._wanted.is_set()

    async def _next_change(self, last: int) -> None:
        async with asyncio.TaskGroup() as group:
            waits = [
                group.create_task(_done(self._session.changed(last))),
                group.create_task(_done(self._wanted.wait())),
            ]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for each in waits:
                each.cancel()

    async def _refresh_gently(self) -> None:
        """Refresh when the chat takes it; what came meanwhile is shown too."""
        if not self._was_sent:
            # Whoever has opened the terminal shows it when it has something to show.
            return
        for _ in range(_TRIES):
            wait_s = self._outbox.pause_s(self._chat)
            if wait_s > 0:
                await self._clock.sleep(wait_s)
            await self.refresh()
            if self._shown is not None or self._is_dismissed:
                return

    async def _send(self, screen: Screen, keyboard: InlineKeyboardMarkup) -> None:
        png = await self._picture(screen)
        if png is None:
            text, entities = screen_text(screen)
            sent = await self._outbox.text(
                self._chat, text, entities, keyboard, thread=self._thread
            )
        else:
            sent = await self._outbox.photo(
                self._chat, png, keyboard, thread=self._thread
            )
        self._note(sent, screen, keyboard)

    async def _edit(
        self, message: int, screen: Screen, keyboard: InlineKeyboardMarkup
    ) -> None:
        was_text = self._as_text
        png = await self._picture(screen)
        if png is None and not was_text:
            # A message with a picture cannot become one with text.
            await self._send(screen, keyboard)
            return
        try:
            if png is not None:
                sent = await self._outbox.edit_photo(self._chat, message, png, keyboard)
            else:
                text, entities = screen_text(screen)
                sent = await self._outbox.edit_screen_text(
                    self._chat, message, text, entities, keyboard
                )
        except MessageGoneError:
            await self._replace(screen, keyboard)
        else:
            self._note(sent, screen, keyboard)

    async def _replace(self, screen: Screen, keyboard: InlineKeyboardMarkup) -> None:
        """Send a deleted message anew; whoever deletes that, too, means it."""
        self._message, self._is_dismissed = None, self._was_replaced
        if not self._is_dismissed:
            self._was_replaced = True
            await self._send(screen, keyboard)

    async def _picture(self, screen: Screen) -> bytes | None:
        """Return the picture of a screen; None when it is to be shown as text."""
        if self._as_text:
            return None
        try:
            return await self._painter.paint(screen)
        except Exception:  # noqa: BLE001 - a text is better than nothing
            _log.exception(
                "The screen cannot be drawn; it is shown as text from now on"
            )
            self._as_text = True
            return None

    def _note(
        self, message: int | None, screen: Screen, keyboard: InlineKeyboardMarkup
    ) -> None:
        """Remember what is shown; after a failure the next refresh tries again."""
        if message is None:
            self._shown = None
        else:
            self._was_sent = True
            self._message, self._shown = message, (screen, keyboard)


async def _done(wait: Coroutine[Any, Any, object]) -> None:
    await wait


def screen_text(screen: Screen) -> tuple[str, tuple[MessageEntity, ...]]:
    """Return a screen as text of fixed width; its end if it is too long."""
    text = keep_end(screen.text(), MAX_TEXT_UNITS)
    if not text.strip():
        return texts.SCREEN_EMPTY, ()
    return text, (MessageEntity(MessageEntity.PRE, 0, utf16_units(text)),)
