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


class Link(Protocol):
    """The connection of an attached dashboard to its supervisor."""

    @property
    def lost(self) -> bool:
        """Whether it is broken."""

    @property
    def retry_in_s(self) -> float:
        """Seconds to the next try, while it is broken."""

    @property
    def epoch(self) -> int:
        """How often it was made anew."""


class Setup(Protocol):
    """What a first run needs: Telegram, and a `.env` to write.

    Every method raises a CoderBotError that says what is wrong; no token is ever
    part of it.
    """

    @property
    def place(self) -> str:
        """The path of the file that will be written."""

    async def check(self, token: str) -> str:
        """Return the username of the bot that a token belongs to."""

    async def starter(self, token: str) -> tuple[int, str] | None:
        """Return id and name of who has sent /start to it; None while nobody has."""

    async def write(self, token: str, user: str, media: str) -> None:
        """Write the file."""
