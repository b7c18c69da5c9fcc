"""The connection of one worker with Telegram: how it begins and how it ends."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from telegram import User

from coderbot.botprocess.bounded import bounded
from coderbot.botprocess.lease import PollLease
from coderbot.botprocess.telegram.application import (
    ALLOWED_UPDATES,
    LONG_POLL_S,
    WorkerApplication,
)
from coderbot.botprocess.telegram.hooks import first_poll
from coderbot.botprocess.telegram.online import until_online
from coderbot.botprocess.telegram.polling import PollWatch
from coderbot.clock import Clock


class TelegramClient:
    """Starts and stops polling; all else is the application's.

    Args:
        application: With its handlers.
        watch: Is told how polling goes.
        lease: Nothing is polled without it.
        clock: For the pauses between attempts.
        jitter: Returns a number from 0 to 1.
        polls: Updates are asked for here; else they come by another way.
        name: Of the bot: `bot-0`.
    """

    def __init__(
        self,
        application: WorkerApplication,
        watch: PollWatch,
        lease: PollLease,
        clock: Clock,
        jitter: Callable[[], float],
        polls: bool = True,
        name: str = "",
    ) -> None:
        self.application = application
        """The client of the library."""
        self._watch = watch
        self._lease = lease
        self._clock = clock
        self._jitter = jitter
        self._polls = polls
        self._name = name

    async def start(self) -> User:
        """Connect and poll, however long that takes; returns who the bot is.

        Raises:
            TokenRefusedError: When Telegram does not know the token.
        """
        await self._until_online(self.application.initialize)
        if self._polls:
            # Long polling would be silent for a while; this answers at once.
            await self._until_online(self._first_poll)
        await self.application.start()
        if self._polls:
            await self._until_online(self._start_polling)
        user: User = self.application.bot.bot
        return user

    async def stop(self, budget_s: float) -> None:
        """Stop polling, confirm what was received, let the handlers end.

        Args:
            budget_s: Upper bound for both halves together, in seconds.
        """
        self._watch.stopping()
        self._lease.close()
        updater = self.application.updater
        if updater is not None and updater.running:
            await bounded(updater.stop, budget_s / 2, "polling")
        if self.application.running:
            await bounded(self.application.stop, budget_s / 2, "handlers")

    async def close(self, budget_s: float) -> None:
        """Close the connections."""
        await bounded(self.application.shutdown, budget_s, "connections")

    async def _until_online(self, call: Callable[[], Awaitable[object]]) -> None:
        await until_online(call, self._watch, self._clock, self._jitter)

    async def _first_poll(self) -> None:
        await first_poll(self.application.bot, self._name)

    async def _start_polling(self) -> None:
        if self.application.updater is not None:
            await self.application.updater.start_polling(
                timeout=timedelta(seconds=LONG_POLL_S),
                allowed_updates=ALLOWED_UPDATES,
                drop_pending_updates=False,
                # The watch has seen and told it already.
                error_callback=lambda _error: None,
            )
