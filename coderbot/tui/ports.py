"""What the dashboard asks of the program around it."""

from typing import Protocol


class TokenEditor(Protocol):
    """Keeps the tokens of the fleet: a `.env`.

    Every method raises a CoderBotError that says what is wrong; no token is ever
    part of it.
    """

    @property
    def place(self) -> str:
        """Where the tokens are kept, for people."""

    async def check(self, token: str) -> str:
        """Return the username of the bot that a token belongs to."""

    async def add(self, token: str) -> None:
        """Keep one more token."""

    async def remove(self, fingerprint: str) -> None:
        """Forget the token with this fingerprint."""
