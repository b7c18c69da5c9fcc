"""Acts on the verdicts of the gate, before any other handler."""

import asyncio
import logging
from collections.abc import Callable

from telegram import Message, Update, User
from telegram.ext import ApplicationHandlerStop

from coderbot import wire
from coderbot.botprocess.telegram.gate import Verdict, decide, facts_of
from coderbot.botprocess.telegram.ledger import UpdateLedger
from coderbot.botprocess.telegram.strangers import Strangers, logged_name
from coderbot.errors import ExitCode
from coderbot.worker.services import Services
from coderbot.worker.telegram import texts

_LOCK_DOWN_S = 5.0
"""How long telling the users of a lock-down may take, in seconds."""

_log = logging.getLogger(__name__)


class Doorkeeper:
    """Lets allowed users pass and stops everybody else.

    Args:
        services: For answers, the log and the lock-down.
        ledger: Knows the updates that were acted on already.
        offer: Offers to type a text that an allowed user has passed on.
        repeated: Told of updates that were acted on already.
    """

    def __init__(
        self,
        services: Services,
        ledger: UpdateLedger,
        offer: Callable[[Message], None],
        repeated: Callable[[Update], None] = lambda _update: None,
    ) -> None:
        self._services = services
        self._ledger = ledger
        self._offer = offer
        self._repeated = repeated
        self._allowed = frozenset(services.settings.allowed_user_ids)
        self._strangers = Strangers(services.clock)
        self._locked = False

    async def judge(self, update: Update, _context: object) -> None:
        """Return for an update that may pass.

        Raises:
            ApplicationHandlerStop: For every other one.
        """
        if not await self._ledger.is_new(update):
            self._repeated(update)
            raise ApplicationHandlerStop
        self._services.counters.updates += 1
        verdict = decide(facts_of(update), self._allowed)
        if verdict is Verdict.PASS and not self._locked:
            return
        if verdict is Verdict.NOT_TYPED and update.message is not None:
            self._offer(update.message)
        elif verdict is Verdict.STRANGER:
            self._turn_away(update)
        raise ApplicationHandlerStop

    def _turn_away(self, update: Update) -> None:
        user, query = update.effective_user, update.callback_query
        if user is None:
            return
        if query is not None:
            self._services.tasks.spawn(
                self._services.outbox.answer(query.id), "refused button"
            )
        if self._strangers.may_answer(user.id):
            self._report(user)
            if query is None:
                self._services.outbox.post(user.id, texts.stranger(user.id))
        if self._services.settings.auto_kill and not self._locked:
            self._locked = True
            self._services.tasks.spawn(self._lock_down(user.id), "lock-down")

    def _report(self, user: User) -> None:
        name = logged_name(user)
        _log.warning("Refused user %d (@%s): not in ALLOWED_USER_IDS", user.id, name)
        self._services.link.send(
            wire.Event(
                kind="unauthorized", detail={"user_id": user.id, "username": name}
            )
        )

    async def _lock_down(self, user_id: int) -> None:
        """Tell the users, as far as that works in time, and end this worker."""
        _log.error("AUTO_KILL: user %d wrote to this bot; it is locked", user_id)
        self._services.link.send(
            wire.Event(kind="locked_down", detail={"user_id": user_id})
        )
        try:
            async with asyncio.timeout(_LOCK_DOWN_S), asyncio.TaskGroup() as group:
                for each in self._allowed:
                    group.create_task(
                        self._services.outbox.text(each, texts.LOCKED_DOWN)
                    )
        except TimeoutError:
            _log.warning("Not everybody could be told of the lock-down")
        finally:
            self._services.stop.ask(ExitCode.LOCKED_DOWN, "AUTO_KILL")
