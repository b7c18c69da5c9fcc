"""The tokens in the `.env`, changed from the dashboard."""

import asyncio
from pathlib import Path

from coderbot.commands.tokens import api_root_of, env_file_of
from coderbot.config import parsers
from coderbot.config.envfile import EnvFileError, read_text, replace_text, with_token
from coderbot.config.getme import username_of
from coderbot.config.tokenfile import find_token, remove_token, tokens_in
from coderbot.errors import CoderBotError
from coderbot.redact import Secret


class EnvTokens:
    """Implements `TokenEditor` on a file; all its work is done in threads.

    Made before the environment is wiped of its secrets: tokens there win.

    Args:
        named: The file, if it is not the one in this directory.
    """

    def __init__(self, named: Path | None) -> None:
        self._path = (named or Path(".env")).absolute()
        self._trouble: CoderBotError | None = None
        try:
            env_file_of(named)
        except CoderBotError as error:
            self._trouble = error

    @property
    def place(self) -> str:
        """The path of the file."""
        return str(self._path)

    async def check(self, token: str) -> str:
        """Return the username of the bot that a token belongs to."""
        return await asyncio.to_thread(self._check, token)

    async def add(self, token: str) -> None:
        """Put one more token into the file; nothing else in it changes."""
        await asyncio.to_thread(self._add, token)

    async def remove(self, fingerprint: str) -> None:
        """Take the token with this fingerprint out of the file."""
        await asyncio.to_thread(self._remove, fingerprint)

    def _find(self) -> Path:
        """Return the file.

        Raises:
            CoderBotError: When it must not be changed.
        """
        if self._trouble is not None:
            raise self._trouble
        return self._path

    def _check(self, raw: str) -> str:
        secret, content = _parsed(raw), read_text(self._find())
        # First what needs no network: a bot that is there already.
        with_token(content, secret)
        return username_of(secret, api_root_of(content))

    def _add(self, raw: str) -> None:
        path = self._find()
        content = read_text(path)
        replace_text(path, content, with_token(content, _parsed(raw)))

    def _remove(self, fingerprint: str) -> None:
        path = self._find()
        token = find_token(tokens_in(path), fingerprint)
        if token is None:
            raise EnvFileError(
                f"Its token is not in {path}", "Has somebody removed it?"
            )
        remove_token(path, token)


def _parsed(raw: str) -> Secret:
    try:
        return parsers.token(raw.strip())
    except ValueError as error:
        raise CoderBotError(f"The token {error}") from None
