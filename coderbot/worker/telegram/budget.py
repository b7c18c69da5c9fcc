"""What uploads ask of the clocks of the chats."""

from typing import Protocol

from coderbot.botprocess.telegram.pace import Priority


class Budget(Protocol):
    """Says when a chat takes a file; the outbox of the bot does."""

    def pause_s(self, chat: int, priority: Priority) -> float:
        """Return for how long a message would have to wait in a chat, in seconds."""

    def hold(self, chat: int, seconds: float) -> None:
        """Send nothing to a chat for a while, because Telegram asks to wait."""

    async def clearance(self, chat: int, messages: int) -> bool:
        """Wait until so many files may be uploaded to a chat; they count as sent.

        Returns:
            False when it was dropped instead, because too much waits.
        """


class NoBudget:
    """Takes everything at once: for a bot that has no outbox."""

    def pause_s(self, chat: int, priority: Priority) -> float:  # noqa: ARG002
        """Return 0."""
        return 0.0

    def hold(self, chat: int, seconds: float) -> None:
        """Do nothing."""

    async def clearance(self, chat: int, messages: int) -> bool:  # noqa: ARG002
        """Return at once."""
        return True


NO_BUDGET = NoBudget()
