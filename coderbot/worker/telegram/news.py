"""Tells users what happens to their terminals without their doing."""

from collections.abc import Coroutine, Sequence
from typing import Any

from coderbot.botprocess.tasks import Tasks
from coderbot.botprocess.telegram.outbox import Outbox
from coderbot.botprocess.telegram.pace import Priority
from coderbot.worker.telegram import assistanttexts, texts
from coderbot.worker.telegram.buttons import Buttons
from coderbot.worker.telegram.chatmenus import ChatMenus
from coderbot.worker.telegram.chooser import Chooser, choice_keyboard
from coderbot.worker.telegram.keepopen import KeepOpen, keep_open_keyboard
from coderbot.worker.telegram.place import Place
from coderbot.worker.terminal.ident import TerminalId
from coderbot.worker.terminal.registry import IDLE


class News:
    """Sends news of terminals to their users, and keeps their menus true.

    Args:
        outbox: Sends.
        tasks: Owner of what is sent.
        buttons: Knows the buttons under news.
        menus: The commands that Telegram shows.
        idle_s: Time without input after which terminals are closed, in seconds.
    """

    def __init__(
        self,
        outbox: Outbox,
        tasks: Tasks,
        buttons: Buttons,
        menus: ChatMenus,
        idle_s: float,
    ) -> None:
        self._outbox = outbox
        self._tasks = tasks
        self._buttons = buttons
        self._menus = menus
        self._idle_s = idle_s

    def opened(self, user_id: int) -> None:
        """Show the commands for terminals."""
        self._menus.show(user_id, is_open=True)

    def closed(self, user_id: int, left: Sequence[Place]) -> None:
        """Hide the commands for terminals if a user has closed the last one."""
        if not left:
            self._menus.show(user_id, is_open=False)

    def ended(self, place: Place, how: str, left: Sequence[Place]) -> None:
        """Tell that a terminal has ended by itself, and how."""
        program = place.session.program
        if program is None or how == IDLE:
            word = texts.terminal_ended(place.name, how, self._idle_s)
        else:
            word = assistanttexts.program_ended(program.name, how)
        self._say(place, word, left)

    def idle(self, place: Place, left_s: float, rings: bool) -> None:
        """Tell that a terminal is soon to be closed; a button keeps it."""
        key = self._buttons.issue(place.user_id, KeepOpen(place.session))
        text = texts.closing_soon(place.name, self._idle_s, left_s)
        say = self._outbox.text(
            place.user_id,
            text,
            keyboard=keep_open_keyboard(key),
            thread=place.thread,
            priority=Priority.ALERT if rings else Priority.REPLY,
        )
        self._tasks.spawn(_done(say), "notice of an idle terminal")

    def abandoned(self, places: Sequence[Place]) -> None:
        """Tell everybody once that the bot stops, and terminals with it."""
        for user_id, thread in {(each.user_id, each.thread) for each in places}:
            self._outbox.post(user_id, texts.BOT_STOPS, thread=thread)
        for user_id in {each.user_id for each in places}:
            self._menus.show(user_id, is_open=False)

    def lost(self, terminals: Sequence[TerminalId]) -> None:
        """Tell everybody which terminals an earlier worker has taken with it."""
        for user_id in dict.fromkeys(each.user_id for each in terminals):
            names = [each.name for each in terminals if each.user_id == user_id]
            self._outbox.post(user_id, texts.lost_terminals(names))
            self._menus.show(user_id, is_open=False)

    def _say(self, place: Place, text: str, left: Sequence[Place]) -> None:
        """Say something about a terminal that is no more."""
        user_id = place.user_id
        if not left:
            self._menus.show(user_id, is_open=False)
            self._outbox.post(
                user_id, f"{text} {texts.OPEN_ANOTHER}", thread=place.thread
            )
            return
        key = self._buttons.issue(user_id, Chooser(place.thread))
        say = self._outbox.text(
            user_id,
            f"{text} {texts.STILL_OPEN}",
            keyboard=choice_keyboard(key, [each.name for each in left]),
            thread=place.thread,
        )
        self._tasks.spawn(_done(say), "word on a terminal")


async def _done(send: Coroutine[Any, Any, int | None]) -> None:
    """Send; which message it became does not matter."""
    await send
