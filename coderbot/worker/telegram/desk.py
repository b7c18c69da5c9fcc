"""Every user's terminal together with the message that shows it."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from coderbot import wire
from coderbot.clock import Clock
from coderbot.config.settings import Settings
from coderbot.paths import MediaDirs
from coderbot.worker.link import Link
from coderbot.worker.masking.mask import SecretMask
from coderbot.worker.tasks import Tasks
from coderbot.worker.telegram import texts
from coderbot.worker.telegram.buttons import Buttons
from coderbot.worker.telegram.livescreen import LiveScreen
from coderbot.worker.telegram.outbox import Outbox
from coderbot.worker.telegram.screenbuttons import ScreenButtons
from coderbot.worker.terminal.program import Program
from coderbot.worker.terminal.registry import TerminalLimits, TerminalRegistry
from coderbot.worker.terminal.session import TerminalSession
from coderbot.worker.terminal.spec import TerminalSpec
from coderbot.worker.terminal.theme import THEMES

ScreenMaker = Callable[[int, TerminalSession, str], LiveScreen]
"""Makes the screen of a terminal: chat, terminal, id of its buttons."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """An open terminal of a user."""

    user_id: int
    session: TerminalSession
    screen: LiveScreen
    key: str
    """Id of the buttons under its screens."""
    follower: asyncio.Task[None]
    """Keeps the screen up to date."""


class Desk:
    """Opens terminals for users, shows them, and tells when they have ended.

    Args:
        settings: Shell, size and time-out of terminals.
        dirs: Where programs put files for their user.
        clock: For the time-out.
        tasks: Owner of what follows the screens.
        link: Is told of terminals that open and close.
        outbox: Tells users of the end of their terminals.
        buttons: Knows the buttons under screens.
        make_screen: Makes the screen of a terminal.
        mask: Takes secrets out of screens; None shows them.
    """

    def __init__(
        self,
        settings: Settings,
        dirs: MediaDirs,
        clock: Clock,
        tasks: Tasks,
        link: Link,
        outbox: Outbox,
        buttons: Buttons,
        make_screen: ScreenMaker,
        mask: SecretMask | None = None,
    ) -> None:
        limits = TerminalLimits(idle_timeout_s=settings.session_timeout_ms / 1_000)
        self.terminals = TerminalRegistry(clock, limits, self._ended)
        """The terminals themselves; a context that closes them."""
        self._spec = TerminalSpec(
            argv=(str(settings.shell_path),),
            columns=settings.terminal_columns,
            rows=settings.terminal_rows,
            scrollback=settings.max_output_lines,
            theme=THEMES[settings.theme],
            mask=mask.screen if mask else None,
        )
        self._dirs = dirs
        self._idle_s = limits.idle_timeout_s
        self._tasks = tasks
        self._link = link
        self._outbox = outbox
        self._buttons = buttons
        self._make_screen = make_screen
        self._places: dict[int, Place] = {}

    def find(self, user_id: int) -> Place | None:
        """Return the open terminal of a user."""
        place = self._places.get(user_id)
        return place if place and place.session.is_open else None

    async def open(
        self, user_id: int, chat: int, program: Program | None = None
    ) -> Place:
        """Open a terminal for a user who has none, with `program` or a shell."""
        spec = replace(self._spec_for(user_id), program=program)
        session = await self.terminals.open(user_id, spec)
        key = self._buttons.issue(user_id, ScreenButtons(session))
        screen = self._make_screen(chat, session, key)
        follower = self._tasks.spawn(screen.follow(), f"screen of {user_id}")
        self._forget(user_id)
        place = Place(user_id, session, screen, key, follower)
        self._places[user_id] = place
        self._tell("terminal_opened", user_id)
        return place

    async def close(self, user_id: int) -> None:
        """Close the terminal of a user."""
        self._forget(user_id)
        await self.terminals.close(user_id)

    def abandon(self) -> None:
        """Forget all terminals because the bot stops; their users are told so."""
        for user_id in tuple(self._places):
            self._forget(user_id)
            self._outbox.post(user_id, texts.BOT_STOPS)

    def _spec_for(self, user_id: int) -> TerminalSpec:
        """Return what is started for a user: it knows where their files go."""
        folder = str(self._dirs.to(user_id))
        return replace(self._spec, environment={"CODERBOT_OUTBOX": folder})

    async def _ended(self, user_id: int, how: str, asked: bool) -> None:
        """Note the end of a terminal; tell its user, unless it was asked for."""
        self._tell("terminal_closed", user_id, how)
        if asked:
            return
        place = self._places.get(user_id)
        # A newer terminal of this user may be open by now.
        if place is not None and not place.session.is_open:
            self._forget(user_id)
            self._tasks.spawn(self._show_last(place), f"last screen of {user_id}")
        self._outbox.post(user_id, texts.terminal_ended(how, self._idle_s))

    async def _show_last(self, place: Place) -> None:
        await place.screen.refresh()

    def _forget(self, user_id: int) -> None:
        place = self._places.pop(user_id, None)
        if place is not None:
            self._buttons.revoke(place.key)
            place.follower.cancel()

    def _tell(self, kind: str, user_id: int, how: str = "") -> None:
        words = f"{kind.replace('_', ' ')} for user {user_id}"
        _log.info("%s%s", words.capitalize(), f": {how}" if how else "")
        detail: dict[str, str | int | float | bool | None] = {"user_id": user_id}
        if how:
            detail["how"] = how
        self._link.send(wire.Event(kind=kind, detail=detail))
