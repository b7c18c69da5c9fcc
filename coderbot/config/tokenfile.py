"""Adding a bot's token to a `.env`, and taking one out again."""

from collections.abc import Iterable
from pathlib import Path

from coderbot.config.envfile import (
    read_text,
    replace_text,
    tokens_of,
    values_of,
    with_token,
    without_token,
)
from coderbot.config.getme import username_of
from coderbot.redact import Secret


def add_token(path: Path, token: Secret, api_root: str) -> tuple[str, int]:
    """Add a token behind the others; Telegram is asked whose it is.

    Args:
        path: The `.env`; made for its owner alone when there is none.
        token: It.
        api_root: TELEGRAM_API_ROOT.

    Returns:
        The username of its bot, and its place in the list, from 0.

    Raises:
        EnvFileError: When its bot is there already, or the file defies the change.
        TokenRefusedError: When Telegram refuses it.
        TokenCheckError: When Telegram cannot be asked.
    """
    content = read_text(path)
    # First what needs no network: a bot that is there already, a file in disorder.
    changed = with_token(content, token)
    username = username_of(token, api_root)
    replace_text(path, content, changed)
    return username, len(tokens_of(values_of(changed))) - 1


def remove_token(path: Path, token: Secret) -> None:
    """Take a token out of a `.env`.

    Raises:
        EnvFileError: When it is not there, or the file defies the change.
    """
    content = read_text(path)
    replace_text(path, content, without_token(content, token))


def tokens_in(path: Path) -> tuple[Secret, ...]:
    """Return the tokens that a `.env` names, in order.

    Raises:
        EnvFileError: When it cannot be read, or one of them is none.
    """
    return tokens_of(values_of(read_text(path)))


def find_token(tokens: Iterable[Secret], fingerprint: str | None) -> Secret | None:
    """Return the token with a fingerprint; None when there is none such."""
    return next((each for each in tokens if each.fingerprint == fingerprint), None)
