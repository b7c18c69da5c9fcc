"""Every user's terminals together with the messages that show them."""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from coderbot import wire
from coderbot.botprocess.link import Link
from coderbot.botprocess.tasks import Tasks
from coderbot.clock import Clock
from coderbot.worker.telegram.furniture import Furniture
from coderbot.worker.telegram.keypad import Keypad
from coderbot.worker.telegram.news import News
from coderbot.worker.telegram.place import Place
from coderbot.worker.telegram.seats import Seats
from coderbot.worker.terminal.ident import TerminalId, free_name
from coderbot.worker.terminal.program import Program
from coderbot.worker.terminal.registry import TerminalLimits, TerminalRegistry
from coderbot.worker.terminal.session import TerminalSession

if TYPE_CHECKING:
    from coderbot.worker.terminalbook import TerminalBook

_log = logging.getLogger(__name__)


class Desk:
    """Opens terminals for users, shows them, and knows which one is in use.

    Args:
        clock: For idle times.
        limits: What terminals may take.
        furniture: Makes screens and keys.
        news: Tells users what happens to their terminals.
        tasks: Owner of what follows the screens.
        link: Is told of terminals that open and close.
        book: Is told of them, too; None where no successor would ask.
    """

    def __init__(
        self,
        clock: Clock,
        limits: TerminalLimits,
        furniture: Furniture,
        news: News,
        tasks: Tasks,
        link: Link,
        book: "TerminalBook | None" = None,
    ) -> None:
        self.terminals = TerminalRegistry(clock, limits, self._ended, self._idle)
        """The terminals themselves; a context that closes them."""
        self._furniture = furniture
        self._news = news
        self._tasks = tasks
        self._link = link
        self._book = book
        self._places: dict[TerminalId, Place] = {}
        self._seats = Seats()

    def find(self, user_id: int, thread: int | None = None) -> Place | None:
        """Return the open terminal that a user uses in a topic of the chat."""
        terminal = self._seats.current(user_id, thread)
        return self._place(terminal) if terminal else None

    def named(self, user_id: int, name: str) -> Place | None:
        """Return the open terminal of a user by its name."""
        return self._place(TerminalId(user_id, name))

    def of(self, user_id: int) -> tuple[Place, ...]:
        """Return the open terminals of a user, in the order of their opening."""
        places = tuple(self._places.values())
        return tuple(p for p in places if p.user_id == user_id and p.session.is_open)

    def place_of(self, session: TerminalSession) -> Place | None:
        """Return the place of a terminal, if it is still open."""
        place = self._place(session.key)
        return place if place and place.session is session else None

    async def open(
        self,
        user_id: int,
        thread: int | None = None,
        name: str | None = None,
        program: Program | None = None,
    ) -> Place:
        """Open a terminal and use it in that topic.

        Args:
            user_id: For whom.
            thread: Topic of the chat; None where there are none.
            name: What to call it; None: the next name that is free.
            program: What runs in it; None: a shell.

        Raises:
            TerminalExistsError: When there is one of this name.
            TerminalLimitError: When there are too many.
            TerminalStartError: When its program cannot be started.
        """
        name = name or free_name(self.terminals.names(user_id))
        key = TerminalId(user_id, name)
        session = await self.terminals.open(key, self._furniture.spec(user_id, program))
        place = self._show(session, self._furniture.keypad(session), thread)
        self._tell("terminal_opened", session)
        if self._book is not None:
            self._book.opened(key)
        self._news.opened(user_id)
        return place

    def use(self, place: Place, thread: int | None) -> Place:
        """Use an open terminal in a topic; returns its place there."""
        if place.thread == thread:
            self._seats.take(place.session.key, thread)
            return place
        place.leave()
        return self._show(place.session, place.keypad, thread)

    async def close(self, place: Place) -> None:
        """Close a terminal and all that it has started."""
        self._forget(place)
        self._news.closed(place.user_id, self.of(place.user_id))
        await self.terminals.close(place.session.key)

    def lost(self, terminals: Sequence[TerminalId]) -> None:
        """Tell users of the terminals that an earlier worker has taken with it."""
        self._news.lost(terminals)

    def abandon(self) -> None:
        """Forget all terminals because the bot stops; their users are told so."""
        places = tuple(self._places.values())
        for place in places:
            self._forget(place)
        self._news.abandoned(places)

    def _place(self, key: TerminalId) -> Place | None:
        place = self._places.get(key)
        return place if place and place.session.is_open else None

    def _show(
        self, session: TerminalSession, keypad: Keypad, thread: int | None
    ) -> Place:
        screen = self._furniture.screen(session, keypad, thread)
        follower = self._tasks.spawn(screen.follow(), f"screen of {session.key}")
        watch = self._furniture.lookout(session, keypad, screen, thread).watch()
        lookout = self._tasks.spawn(watch, f"lookout of {session.key}")
        place = Place(session, keypad, thread, screen, follower, lookout)
        self._places[session.key] = place
        self._seats.take(session.key, thread)
        return place

    async def _ended(self, session: TerminalSession, how: str, asked: bool) -> None:
        """Note the end of a terminal; tell its user, unless it was asked for."""
        self._tell("terminal_closed", session, how=how)
        if self._book is not None and self.terminals.get(session.key) is None:
            self._book.closed(session.key)
        place = self._places.get(session.key)
        # A newer one may have its name by now.
        if place is None or place.session is not session:
            return
        self._forget(place)
        if not asked:
            self._tasks.spawn(self._show_last(place), f"last screen of {session.key}")
            self._news.ended(place, how, self.of(place.user_id))

    async def _idle(self, session: TerminalSession, left_s: float) -> None:
        place = self.place_of(session)
        if place is not None:
            level = self._furniture.notify_level(place.user_id, place.name)
            self._news.idle(place, left_s, rings=level != "off")

    async def _show_last(self, place: Place) -> None:
        await place.screen.refresh()

    def _forget(self, place: Place) -> None:
        self._places.pop(place.session.key, None)
        self._seats.leave(place.session.key)
        self._furniture.discard(place.keypad)
        place.leave()

    def _tell(self, kind: str, session: TerminalSession, **more: str) -> None:
        user_id, name = session.key
        how = f": {more['how']}" if more else ""
        _log.info("%s: %s of user %d%s", kind.replace("_", " "), name, user_id, how)
        detail: dict[str, str | int | float | bool | None] = {"user_id": user_id}
        detail |= {"name": name, **more}
        self._link.send(wire.Event(kind=kind, detail=detail))
