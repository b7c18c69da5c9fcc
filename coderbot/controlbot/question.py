"""A question with two buttons, before something that cannot be undone."""

from collections.abc import Awaitable, Callable

from coderbot.controlbot.deck import Press
from coderbot.controlbot.keyboards import YES, question_keyboard
from coderbot.controlbot.services import Services
from coderbot.errors import CoderBotError

LIFETIME_S = 60.0
"""How long an answer counts, in seconds."""
_NO = "Nothing was changed."


class Question:
    """Stands behind the buttons of one question; its answer counts once.

    Args:
        services: For the answer.
        text: The question.
        carry_out: Does what is asked about; returns what to say then.
    """

    def __init__(
        self, services: Services, text: str, carry_out: Callable[[], Awaitable[str]]
    ) -> None:
        self._services = services
        self._text = text
        self._carry_out = carry_out

    async def ask(self, admin: int, yes: str) -> None:
        """Ask an admin; `yes` is what the button says."""
        key = self._services.deck.issue(admin, self, LIFETIME_S)
        text = f"{self._text}\n\n(The answer counts for {LIFETIME_S:.0f} s.)"
        keyboard = question_keyboard(key, yes)
        await self._services.sender.text(admin, text, keyboard)

    async def press(self, press: Press) -> str:
        """Take the answer."""
        self._services.deck.revoke(press.key)
        self._services.tasks.spawn(self._answer(press), "answer to a question")
        return ""

    async def _answer(self, press: Press) -> None:
        if press.action != YES:
            await self._say(press, _NO)
            return
        await self._say(press, "One moment …")
        try:
            said = await self._carry_out()
        except CoderBotError as error:
            said = str(error)
        await self._services.sender.text(press.admin, said)

    async def _say(self, press: Press, word: str) -> None:
        """Take the buttons away, so that nobody presses them again."""
        if press.message is not None:
            text = f"{self._text}\n\n{word}"
            await self._services.sender.edit(press.admin, press.message, text)
