"""Brings updates from the stream of a replica to its handlers."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable

import msgspec
from telegram import Bot, Update

from coderbot.botprocess.lease import PollLease
from coderbot.worker.replicas.consumer import Consumer, Stream
from coderbot.worker.services import Services
from coderbot.worker.telegram import texts

_AT_ONCE = 256
"""Updates that may be under way; as many as a worker that polls handles at once."""


class Intake:
    """Handles what lies in the stream; an update is done when its work is.

    Args:
        stream: Of this replica.
        bot: For the updates.
        process: Hands an update to the gate and the handlers.
        services: Of the worker.
        lease: Without it nothing is acted on; it is left for a successor.
        answered: Called whenever Redis has answered.
    """

    def __init__(
        self,
        stream: Stream,
        bot: Bot,
        process: Callable[[Update], Awaitable[None]],
        services: Services,
        lease: PollLease,
        answered: Callable[[], None],
    ) -> None:
        self._bot = bot
        self._process = process
        self._services = services
        self._lease = lease
        self._left: set[int] = set()
        """Numbers of updates that a predecessor may have acted on."""
        self._consumer = Consumer(
            stream, self._handle, _AT_ONCE, services.clock, answered
        )

    async def begin(self) -> None:
        """Return when what a predecessor has left was begun with."""
        await self._lease.poll_s()
        self._services.tasks.spawn(self._consumer.run(), "stream")
        await self._consumer.ready()

    def stop(self) -> None:
        """Begin with nothing more."""
        self._consumer.stop()

    def repeated(self, update: Update) -> None:
        """Tell the user of an update that a predecessor had begun with."""
        user, message = update.effective_user, update.message
        if user is not None and update.update_id in self._left:
            text = (message.text if message is not None else None) or ""
            self._services.outbox.post(user.id, texts.interrupted(text))

    async def _handle(self, body: bytes, is_left: bool) -> None:
        update = Update.de_json(msgspec.json.decode(body), self._bot)
        if is_left:
            self._left.add(update.update_id)
        await self._while_leased()
        await self._process(update)
        user = update.effective_user
        if user is not None:
            await self._services.lanes.passed(lambda key: _is_of(key, user.id))
        # Whoever lost it meanwhile may not have acted, and must not say so.
        await self._while_leased()

    async def _while_leased(self) -> None:
        """Return at once while there is a lease, and never without one."""
        if not self._lease.is_good:
            await asyncio.Event().wait()


def _is_of(key: Hashable, user_id: int) -> bool:
    """Tell whether a line of work is one of a user's."""
    return isinstance(key, tuple) and key[:1] == (user_id,)
