"""Acts on the verdicts of the gate, before any other handler."""

import logging

from telegram import Update, User
from telegram.ext import ApplicationHandlerStop

from coderbot import wire
from coderbot.botprocess.telegram.gate import Verdict, decide, facts_of
from coderbot.botprocess.telegram.ledger import Ledger
from coderbot.botprocess.telegram.strangers import Strangers, logged_name
from coderbot.controlbot import texts
from coderbot.controlbot.incidents import Incident, Kind
from coderbot.controlbot.sender import delete_token
from coderbot.controlbot.services import Services
from coderbot.redact import TOKEN_PATTERN

_log = logging.getLogger(__name__)


class Door:
    """Lets admins pass and stops everybody else.

    Args:
        services: For answers and alerts.
        ledger: Knows the updates that were acted on already.
    """

    def __init__(self, services: Services, ledger: Ledger) -> None:
        self._services = services
        self._ledger = ledger
        self._admins = frozenset(services.admins)
        self._strangers = Strangers(services.clock)

    async def judge(self, update: Update, _context: object) -> None:
        """Return for an update that may pass.

        Raises:
            ApplicationHandlerStop: For every other one.
        """
        if not await self._ledger.is_new(update):
            raise ApplicationHandlerStop
        verdict = decide(facts_of(update), self._admins)
        if verdict is Verdict.PASS:
            return
        user = update.effective_user
        if user is not None and verdict is Verdict.NOT_TYPED:
            self._services.tasks.spawn(self._refuse(update, user), "forwarded text")
        elif user is not None and verdict is Verdict.STRANGER:
            self._turn_away(update, user)
        raise ApplicationHandlerStop

    async def _refuse(self, update: Update, admin: User) -> None:
        """Obey no forwarded text, and let none with a token stay."""
        message = update.message
        if message is not None and TOKEN_PATTERN.search(message.text or ""):
            await delete_token(self._services.sender, admin.id, message.message_id)
        await self._services.sender.text(admin.id, texts.SECONDHAND)

    def _turn_away(self, update: Update, user: User) -> None:
        sender, query = self._services.sender, update.callback_query
        if query is not None:
            self._services.tasks.spawn(sender.answer(query.id), "refused button")
        if not self._strangers.may_answer(user.id):
            return
        self._report(user)
        if query is None:
            sender.post(user.id, texts.stranger(user.id))

    def _report(self, user: User) -> None:
        name = logged_name(user)
        _log.warning("Refused user %d (@%s): not an admin", user.id, name)
        detail: dict[str, str | int | float | bool | None] = {
            "user_id": user.id,
            "username": name,
        }
        self._services.link.send(wire.Event(kind="unauthorized", detail=detail))
        who = f"{user.id} (@{name})" if name else f"{user.id}"
        text = f"🚫 Somebody who is no admin wrote to this control bot: user {who}"
        self._services.herald.tell(
            Incident(Kind.STRANGER, "control", text, "stranger control")
        )
