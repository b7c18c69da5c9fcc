"""What the setup screen asks, done in threads."""

import asyncio
from pathlib import Path

from coderbot.commands.firstrun import (
    FirstRun,
    FirstSettings,
    checked_media,
    parsed_token,
    parsed_user,
)


class FirstRunSetup:
    """Implements `Setup` for the dashboard.

    Args:
        path: Of the `.env` that will be written.
        api_root: TELEGRAM_API_ROOT.
    """

    def __init__(self, path: Path, api_root: str) -> None:
        self._first = FirstRun(path, api_root)

    @property
    def place(self) -> str:
        """The path of the file that will be written."""
        return str(self._first.path)

    async def check(self, token: str) -> str:
        """Return the username of the bot that a token belongs to."""
        return await asyncio.to_thread(self._first.check, token)

    async def starter(self, token: str) -> tuple[int, str] | None:
        """Return id and name of who has sent /start to it; None while nobody has."""
        person = await asyncio.to_thread(self._first.starter, token)
        return None if person is None else (person.id, person.name)

    async def write(self, token: str, user: str, media: str) -> None:
        """Write the file."""
        first = FirstSettings(
            parsed_token(token), parsed_user(user), checked_media(media)
        )
        await asyncio.to_thread(self._first.write, first)
