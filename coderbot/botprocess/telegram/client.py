"""The connection of one bot with Telegram: how it begins and how it ends."""

from datetime import timedelta

from telegram import User

from coderbot.botprocess.bounded import bounded
from coderbot.botprocess.life import Life
from coderbot.botprocess.telegram.application import (
    ALLOWED_UPDATES,
    LONG_POLL_S,
    WorkerApplication,
)
from coderbot.botprocess.telegram.hooks import first_poll


class TelegramClient:
    """Starts and stops polling; all else is the application's.

    Args:
        application: With its handlers.
        life: Of the process.
        polls: Updates are asked for here; else they come by another way.
        name: Of the bot: `bot-0`.
    """

    def __init__(
        self,
        application: WorkerApplication,
        life: Life,
        polls: bool = True,
        name: str = "",
    ) -> None:
        self.application = application
        """The client of the library."""
        self._life = life
        self._polls = polls
        self._name = name

    async def start(self) -> User:
        """Connect and poll, however long that takes; returns who the bot is.

        Raises:
            TokenRefusedError: When Telegram does not know the token.
        """
        await self._life.until_online(self.application.initialize)
        if self._polls:
            # Long polling would be silent for a while; this answers at once.
            await self._life.until_online(self._first_poll)
        await self.application.start()
        if self._polls:
            await self._life.until_online(self._start_polling)
        user: User = self.application.bot.bot
        return user

    async def stop(self, budget_s: float) -> None:
        """Stop polling, confirm what was received, let the handlers end.

        Args:
            budget_s: Upper bound for both halves together, in seconds.
        """
        self._life.watch.stopping()
        self._life.lease.close()
        updater = self.application.updater
        if updater is not None and updater.running:
            await bounded(updater.stop, budget_s / 2, "polling")
        if self.application.running:
            await bounded(self.application.stop, budget_s / 2, "handlers")

    async def close(self, budget_s: float) -> None:
        """Close the connections."""
        await bounded(self.application.shutdown, budget_s, "connections")

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
