"""The live message with all bots."""

from collections.abc import Awaitable, Callable, Sequence

from coderbot.clock import Clock
from coderbot.control.facts import BotSnapshot
from coderbot.controlbot import views
from coderbot.controlbot.deck import Deck, Press
from coderbot.controlbot.keyboards import board_keyboard
from coderbot.controlbot.sender import Sender
from coderbot.errors import CoderBotError

LIVE_S = 900.0
"""A board that nobody has touched for so long is no longer edited, in seconds."""
_OVER = "No longer live. /status shows a new one."

Act = Callable[[int, str, str], Awaitable[str]]
"""Carries out an action on a bot for an admin; returns a toast."""


class Board:
    """One live message.

    Args:
        admin: Whose it is.
        bots: Returns what it shows.
        sender: Edits it.
        deck: Issues its buttons.
        clock: For its age.
        act: Carries out what its buttons say about a bot.
    """

    def __init__(
        self,
        admin: int,
        bots: Callable[[], Sequence[BotSnapshot]],
        sender: Sender,
        deck: Deck,
        clock: Clock,
        act: Act,
    ) -> None:
        self._admin = admin
        self._bots = bots
        self._sender = sender
        self._deck = deck
        self._clock = clock
        self._act = act
        self._key = deck.issue(admin, self)
        self._message: int | None = None
        self._page = 0
        self._shown: tuple[object, ...] = ()
        self._touched_at = clock.monotonic()

    async def send(self) -> None:
        """Send it."""
        bots = self._bots()
        self._shown = (self._page, views.essence(bots))
        keyboard = board_keyboard(self._key, bots, self._page)
        text = views.board(bots, self._page)
        self._message = await self._sender.text(self._admin, text, keyboard)

    async def remove(self) -> None:
        """Delete it, and let its buttons lead nowhere."""
        self._deck.revoke(self._key)
        if self._message is not None:
            await self._sender.delete(self._admin, self._message)

    async def refresh(self, *, forced: bool = False) -> bool:
        """Edit it if something has changed; returns whether it is still live."""
        alive = self._clock.monotonic() - self._touched_at < LIVE_S
        try:
            bots = self._bots()
        except CoderBotError:
            return alive
        if self._message is None:
            return alive
        self._page = min(self._page, views.pages(bots) - 1)
        essence = (self._page, views.essence(bots))
        if forced or essence != self._shown or not alive:
            self._shown = essence
            text = views.board(bots, self._page)
            keyboard = board_keyboard(self._key, bots, self._page) if alive else None
            whole = text if alive else f"{text}\n\n{_OVER}"
            await self._sender.edit(self._admin, self._message, whole, keyboard)
        if not alive:
            self._deck.revoke(self._key)
        return alive

    async def press(self, press: Press) -> str:
        """Turn a page, refresh, or act on a bot."""
        self._touched_at = self._clock.monotonic()
        verb, _, argument = press.action.partition(" ")
        if verb == "page" and argument.isdecimal():
            self._page = int(argument)
        elif verb != "refresh":
            return await self._act(self._admin, verb, argument)
        await self.refresh(forced=True)
        return ""
