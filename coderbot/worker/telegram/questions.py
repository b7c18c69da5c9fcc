"""The answers to what a program asks, as buttons."""

import asyncio
import contextlib
from collections import deque

from telegram import InlineKeyboardButton

from coderbot.botprocess.telegram.lengths import cut_end
from coderbot.worker.telegram import texts
from coderbot.worker.telegram.buttons import Buttons
from coderbot.worker.telegram.keyboards import button
from coderbot.worker.telegram.place import Place
from coderbot.worker.telegram.press import Press
from coderbot.worker.terminal.prompt import Enter, Option, Prompt, PromptKind
from coderbot.worker.terminal.prompts import find_prompt, is_answered_by_echo
from coderbot.worker.terminal.session import TerminalSession

_REACTION_S = 1.0
"""How long a program may take to act on a key before Enter follows, in seconds."""
_LABEL_UNITS = 60
_KEPT_KEYS = 20
"""Ids of earlier questions that are still known, to say that they are past."""
_IN_A_ROW = 4


class Questions:
    """Reads off one terminal what its program asks, and carries out the answer.

    Buttons hold for the question as it stood: another question, or anything that
    is typed, makes them void.

    Args:
        session: The terminal.
        buttons: Issues the ids of the buttons.
    """

    def __init__(self, session: TerminalSession, buttons: Buttons) -> None:
        self._session = session
        self._buttons = buttons
        self._asked: tuple[object, int] | None = None
        """What the newest buttons stand for: a question, and inputs before it."""
        self._keys: deque[str] = deque()

    def prompt(self) -> Prompt | None:
        """Return what the program asks now."""
        if not self._session.is_open:
            return None
        return find_prompt(self._session.screen(), self._session.tty())

    def rows(self) -> list[list[InlineKeyboardButton]]:
        """Return a button for each answer to what is asked now."""
        prompt = self.prompt()
        if prompt is None or not prompt.options:
            self._asked = None
            return []
        key = self._key_for(prompt)
        all_buttons = [
            button(cut_end(option.label, _LABEL_UNITS), key, str(number))
            for number, option in enumerate(prompt.options)
        ]
        wide = 1 if _wants_rows(prompt) else _IN_A_ROW
        return [all_buttons[n : n + wide] for n in range(0, len(all_buttons), wide)]

    @property
    def standing(self) -> str:
        """Id of the buttons that hold now; empty when there are none."""
        prompt = self.prompt()
        if prompt is None or not self._keys:
            return ""
        holds = self._asked == (prompt.identity, self._session.inputs)
        return self._keys[-1] if holds else ""

    async def press(self, press: Press) -> str | None:
        """Give the answer that the button stands for, if the question still stands."""
        place = press.services.desk.place_of(self._session)
        if place is None:
            return texts.STALE_BUTTON
        option = self._option(press)
        if option is None:
            press.services.tasks.spawn(_show_now(place), "fresh screen")
            return texts.QUESTION_IS_PAST
        self._asked = None
        press.services.tasks.spawn(self._answer(option, place), "answer")
        return cut_end(option.label)

    def discard(self) -> None:
        """Make all buttons invalid, because the terminal has ended."""
        while self._keys:
            self._buttons.revoke(self._keys.popleft())

    def _key_for(self, prompt: Prompt) -> str:
        asked = (prompt.identity, self._session.inputs)
        if asked != self._asked or not self._keys:
            self._asked = asked
            self._keys.append(self._buttons.issue(self._session.key.user_id, self))
            if len(self._keys) > _KEPT_KEYS:
                self._buttons.revoke(self._keys.popleft())
        return self._keys[-1]

    def _option(self, press: Press) -> Option | None:
        """Return the answer that is meant; None when the question is another one."""
        prompt = self.prompt()
        if prompt is None or press.key != self.standing:
            return None
        options = dict(enumerate(prompt.options))
        return options.get(int(press.action)) if press.action.isdecimal() else None

    async def _answer(self, option: Option, place: Place) -> None:
        before = self._session.screen(), self.prompt()
        revision = self._session.revision
        await self._session.press_all(option.keys)
        if option.enter is Enter.IF_NEEDED:
            await self._reaction(revision)
            asked = is_answered_by_echo(
                *before, self._session.screen(), self.prompt(), option.keys[-1]
            )
        else:
            asked = option.enter is Enter.ALWAYS
        if asked:
            await self._session.press("enter")
        place.screen.touch()

    async def _reaction(self, revision: int) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_REACTION_S):
                await self._session.changed(revision)
        await self._session.settled()


def _wants_rows(prompt: Prompt) -> bool:
    """Tell whether each answer has a row of its own, so that no thumb hits two."""
    is_plain = prompt.kind is PromptKind.YES_NO and len(prompt.options) == 2
    return is_plain or prompt.kind is PromptKind.MENU


async def _show_now(place: Place) -> None:
    """Bring the screen up to date; where it is already, send it anew."""
    if not await place.screen.refresh():
        await place.screen.show()
