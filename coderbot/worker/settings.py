"""What the supervisor hands to a worker besides its settings."""

import os
import socket
from dataclasses import dataclass

from coderbot.config import parsers
from coderbot.config.settings import SECRET_VARIABLES
from coderbot.errors import ConfigError
from coderbot.redact import Secret
from coderbot.secretenv import take_secret

_CHANNEL = "CODERBOT_CHANNEL_FD"
_MAX_INDEX = 9_999


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this worker is."""

    token: Secret
    index: int
    """Number of the bot, from 0."""


def take_identity() -> Identity:
    """Read BOT_TOKEN and BOT_INDEX and wipe the token from the environment.

    A worker without BOT_INDEX is the only one: bot 0.

    Raises:
        ConfigError: When one of them is missing or malformed.
    """
    problems: list[str] = []
    secret = take_secret("BOT_TOKEN")
    raw_index = os.environ.pop("BOT_INDEX", "") or "0"
    token, index = Secret(""), 0
    try:
        token = parsers.token(secret.reveal() if secret else "")
    except ValueError as error:
        problems.append(f"BOT_TOKEN {error}" if secret else "BOT_TOKEN is not set")
    try:
        index = parsers.integer(0, _MAX_INDEX)(raw_index)
    except ValueError as error:
        problems.append(f"BOT_INDEX={raw_index[:80]}: {error}")
    if problems:
        raise ConfigError("the environment of this worker", problems)
    return Identity(token, index)


def take_channel() -> socket.socket | None:
    """Return the inherited channel to the supervisor; None when running alone.

    It is marked close-on-exec: a shell that kept it open would hide the end of
    this worker from the supervisor.

    Raises:
        ConfigError: When the variable names no stream socket of this process.
    """
    raw = os.environ.pop(_CHANNEL, None)
    if raw is None:
        return None
    try:
        descriptor = int(raw)
        os.set_inheritable(descriptor, False)
        channel = socket.socket(fileno=descriptor)
    except (ValueError, OSError) as error:
        raise ConfigError(
            "the environment of this worker",
            [f"{_CHANNEL}={raw[:20]} is no inherited socket: {error}"],
        ) from error
    channel.setblocking(False)
    return channel


def wipe_secrets() -> None:
    """Remove every secret from the environment, where shells would inherit it."""
    for name in SECRET_VARIABLES:
        take_secret(name)
