"""The message that shows a terminal, and when it is brought up to date."""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from telegram import InlineKeyboardMarkup, MessageEntity

from coderbot.clock import Clock
from coderbot.worker.telegram import texts
from coderbot.worker.telegram.lengths import MAX_TEXT_UNITS, keep_end, utf16_units
from coderbot.worker.telegram.outbox import MessageGoneError, Outbox
from coderbot.worker.telegram.painter import Painter
from coderbot.worker.terminal.screen import Screen
from coderbot.worker.terminal.session import TerminalSession

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RefreshPolicy:
    """When a screen is refreshed after input; times in seconds."""

    interval_s: float
    max_count: int
    """How many refreshes follow the first one."""
    as_text: bool = False
    """Show text instead of pictures."""
    quiet_s: float = 0.12
    """Output has settled when none came for so long."""
    limit_s: float = 1.0
    """The first refresh waits no longer than this for that."""
    gap_s: float = 1.0
    """Least time between two refreshes: Telegram takes about one a second."""


class LiveScreen:
    """One terminal in one chat.

    Args:
        chat: Where it is shown.
        session: The terminal.
        keyboard: Goes under the message.
        outbox: Sends.
        painter: Draws.
        policy: When to refresh.
        clock: For the gap.
    """

    def __init__(
        self,
        chat: int,
        session: TerminalSession,
        keyboard: InlineKeyboardMarkup,
        outbox: Outbox,
        painter: Painter,
        policy: RefreshPolicy,
        clock: Clock,
    ) -> None:
        self._chat = chat
        self._session = session
        self._keyboard = keyboard
        self._outbox = outbox
        self._painter = painter
        self._policy = policy
        self._clock = clock
        self._as_text = policy.as_text
        self._message: int | None = None
        self._shown: Screen | None = None
        self._put_at = float("-inf")
        self._busy = asyncio.Lock()
        self._show_waits = False
        self._input = asyncio.Event()

    async def show(self) -> None:
        """Send the screen as a new message, which is refreshed from now on."""
        if self._show_waits:
            return
        self._show_waits = True
        async with self._busy:
            self._show_waits = False
            await self._send(self._session.screen())

    async def refresh(self, message: int | None = None) -> bool:
        """Bring the message up to date; returns False when nothing has changed.

        Args:
            message: An older message of this screen, to be used from now on.
        """
        async with self._busy:
            if message is not None and message != self._message:
                self._message, self._shown = message, None
            screen = self._session.screen()
            if screen == self._shown:
                return False
            if self._message is None:
                await self._send(screen)
            else:
                await self._edit(self._message, screen)
            return True

    def touch(self) -> None:
        """Say that something was typed: what follows is to be shown."""
        self._input.set()

    async def follow(self) -> None:
        """Refresh after each input, until cancelled; new input extends it."""
        while True:
            await self._input.wait()
            self._input.clear()
            try:
                await self._follow_input()
            except Exception:  # noqa: BLE001 - the next input gets its screen again
                _log.exception("Following the screen failed")

    async def _follow_input(self) -> None:
        await self._session.settled(self._policy.quiet_s, self._policy.limit_s)
        await self._refresh_gently()
        await self._refresh_repeatedly()

    async def _refresh_repeatedly(self) -> None:
        for _ in range(self._policy.max_count):
            try:
                async with asyncio.timeout(self._policy.interval_s):
                    await self._input.wait()
            except TimeoutError:
                await self._refresh_gently()
            else:
                return

    async def _refresh_gently(self) -> None:
        """Refresh when Telegram is ready for it; what came meanwhile is shown too."""
        gap_s = self._put_at + self._policy.gap_s - self._clock.monotonic()
        wait_s = max(gap_s, self._outbox.pause_s(self._chat))
        if wait_s > 0:
            await self._clock.sleep(wait_s)
        await self.refresh()

    async def _send(self, screen: Screen) -> None:
        png = await self._picture(screen)
        if png is None:
            text, entities = screen_text(screen)
            sent = await self._outbox.text(self._chat, text, entities, self._keyboard)
        else:
            sent = await self._outbox.photo(self._chat, png, self._keyboard)
        self._note(sent, screen)

    async def _edit(self, message: int, screen: Screen) -> None:
        was_text = self._as_text
        png = await self._picture(screen)
        if png is not None:
            edit = self._outbox.edit_photo(self._chat, message, png, self._keyboard)
            await self._put(edit, screen)
        elif was_text:
            text, entities = screen_text(screen)
            edit = self._outbox.edit_screen_text(
                self._chat, message, text, entities, self._keyboard
            )
            await self._put(edit, screen)
        else:
            # A message with a picture cannot become one with text.
            await self._send(screen)

    async def _put(self, edit: Coroutine[Any, Any, int | None], screen: Screen) -> None:
        try:
            self._note(await edit, screen)
        except MessageGoneError:
            await self._send(screen)

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

    def _note(self, message: int | None, screen: Screen) -> None:
        """Remember what is shown; after a failure the next refresh tries again."""
        self._put_at = self._clock.monotonic()
        if message is None:
            self._shown = None
        else:
            self._message, self._shown = message, screen


def screen_text(screen: Screen) -> tuple[str, tuple[MessageEntity, ...]]:
    """Return a screen as text of fixed width; its end if it is too long."""
    text = keep_end(screen.text(), MAX_TEXT_UNITS)
    if not text.strip():
        return texts.SCREEN_EMPTY, ()
    return text, (MessageEntity(MessageEntity.PRE, 0, utf16_units(text)),)
