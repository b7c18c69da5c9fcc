"""The first `.env`: what has to be known, and how it is written."""

import os
from dataclasses import dataclass
from pathlib import Path

from coderbot.config import parsers
from coderbot.config.envfile import EnvFileError
from coderbot.config.getme import Person, username_of, who_has_started
from coderbot.errors import CoderBotError, UsageError
from coderbot.redact import Secret

DEFAULT_MEDIA = "media"


@dataclass(frozen=True, slots=True)
class FirstSettings:
    """What a fleet cannot do without."""

    token: Secret
    user_id: int
    media: str


class FirstRun:
    """Asks Telegram, and writes the file.

    Args:
        path: Of the `.env`.
        api_root: TELEGRAM_API_ROOT.
    """

    def __init__(self, path: Path, api_root: str) -> None:
        self.path = path
        self._api_root = api_root
        self._default_root = api_root == _default_root()

    def check(self, raw: str) -> str:
        """Return the username of the bot that a token belongs to.

        Raises:
            CoderBotError: When it is no token, or Telegram does not know it.
        """
        return username_of(parsed_token(raw), self._api_root)

    def starter(self, raw: str) -> Person | None:
        """Return who has sent /start to the bot; None when nobody has yet.

        Raises:
            CoderBotError: When Telegram cannot be asked.
        """
        return who_has_started(parsed_token(raw), self._api_root)

    def write(self, first: FirstSettings) -> None:
        """Write the `.env`, for its owner alone.

        Raises:
            EnvFileError: When there is one already, or it cannot be written.
        """
        values = {
            "TELEGRAM_BOT_TOKENS": first.token.reveal(),
            "ALLOWED_USER_IDS": str(first.user_id),
            "MEDIA_TMP_LOCATION": first.media,
        }
        if not self._default_root:
            values["TELEGRAM_API_ROOT"] = self._api_root
        text = "".join(f"{name}={_quoted(value)}\n" for name, value in values.items())
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            descriptor = os.open(self.path, flags, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            raise EnvFileError(f"{self.path} is there already") from None
        except OSError as error:
            raise EnvFileError(
                f"{self.path} cannot be written: {error.strerror}"
            ) from error


def parsed_token(raw: str) -> Secret:
    """Return a token that somebody typed.

    Raises:
        UsageError: When it has not the form of one.
    """
    try:
        return parsers.token(raw.strip())
    except ValueError as error:
        raise UsageError(f"The token {error}") from None


def parsed_user(raw: str) -> int:
    """Return a user id that somebody typed.

    Raises:
        UsageError: When it is none.
    """
    text = raw.strip()
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 1 << 52):
        raise UsageError(
            "A user id is a number such as 123456789",
            "The bot tells a stranger their id.",
        )
    return int(text)


def checked_media(raw: str) -> str:
    """Return a directory for files as it stands in the `.env`.

    Raises:
        CoderBotError: When it holds what a `.env` cannot.
    """
    text = raw.strip() or DEFAULT_MEDIA
    if not text.isprintable() or "'" in text:
        raise CoderBotError("The directory has characters that a .env cannot hold")
    return text


def _quoted(value: str) -> str:
    return f"'{value}'"


def _default_root() -> str:
    from coderbot.config.settings import Settings

    return str(Settings().api_root)
