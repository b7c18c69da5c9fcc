"""/killbot: asks first, then this worker ends and is not started again."""

import logging

from coderbot.errors import ExitCode
from coderbot.worker.services import Services
from coderbot.worker.telegram import texts
from coderbot.worker.telegram.keyboards import YES, question_keyboard
from coderbot.worker.telegram.press import Press
from coderbot.worker.telegram.request import Request

_log = logging.getLogger(__name__)


class KillQuestion:
    """Stands behind the buttons of one question."""

    async def press(self, press: Press) -> str | None:
        """Carry out the answer; the last word is sent while the worker stops."""
        services, means_it = press.services, press.action == YES
        services.buttons.revoke(press.key)
        word = texts.killed(services.name) if means_it else texts.CANCELLED
        if press.message is not None:
            replace = _replace_question(services, press.user_id, press.message, word)
            services.tasks.spawn(replace, "answer")
        if means_it:
            _log.warning("User %d stops this bot by /killbot", press.user_id)
            services.stop.ask(ExitCode.OK, f"/killbot by user {press.user_id}")
        return ""


async def ask_to_kill(request: Request) -> None:
    """Ask whether it is meant."""
    services = request.services
    key = services.buttons.issue(request.user_id, KillQuestion())
    keyboard = question_keyboard(key, f"Stop {services.name}", "No, let it run")
    await services.outbox.text(
        request.chat, texts.kill_question(services.name), keyboard=keyboard
    )


async def _replace_question(
    services: Services, chat: int, message: int, word: str
) -> None:
    await services.outbox.edit_text(chat, message, word)
