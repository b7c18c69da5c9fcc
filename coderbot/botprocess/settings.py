"""What the supervisor hands to a worker besides its settings."""

import os
import socket
from dataclasses import dataclass

from coderbot.config import parsers
from coderbot.config.settings import SECRET_VARIABLES
from coderbot.errors import ConfigError
from coderbot.paths import worker_name
from coderbot.redact import Secret, bot_id_of
from coderbot.secretenv import take_secret

_CHANNEL = "CODERBOT_CHANNEL_FD"
_LEASED = "CODERBOT_LEASED"
_MAX_INDEX = 9_999
_MAX_REPLICA = 63


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this worker is."""

    token: Secret
    index: int
    """Number of the bot, from 0."""

    replica: int | None = None
    """Number of this worker among those that share the bot, from 0; None: no others."""

    @property
    def name(self) -> str:
        """`bot-0`, or `bot-0.2` of a replica."""
        return worker_name(self.index, self.replica)

    def feeds(self, replicas: int) -> bool:
        """Tell whether this worker is the receiver of a bot with so many replicas.

        Raises:
            ConfigError: When it is a replica that the bot has not.
        """
        if self.replica is not None and self.replica >= replicas:
            raise ConfigError(
                "the environment of this worker",
                [f"BOT_REPLICA={self.replica}: BOT_REPLICAS gives {replicas}"],
            )
        return self.replica is None and replicas > 0

    @property
    def bot_id(self) -> int:
        """Telegram's number of the bot; it stays when the token changes."""
        return bot_id_of(self.token)


def take_identity() -> Identity:
    """Read who this worker is and wipe the tokens from the environment.

    The token is BOT_TOKEN or, where an engine hands the same environment to all of
    its workers, the one of TELEGRAM_BOT_TOKENS with the number of this bot. A worker
    without BOT_INDEX is the only one: bot 0.

    Raises:
        ConfigError: When something is missing or malformed.
    """
    problems: list[str] = []
    secret, listed = take_secret("BOT_TOKEN"), take_secret("TELEGRAM_BOT_TOKENS")
    raw_index = os.environ.pop("BOT_INDEX", "") or "0"
    raw_replica = os.environ.pop("BOT_REPLICA", "")
    token, index, replica = Secret(""), 0, None
    try:
        index = parsers.integer(0, _MAX_INDEX)(raw_index)
    except ValueError as error:
        problems.append(f"BOT_INDEX={raw_index[:80]}: {error}")
    try:
        token = _token(secret, listed, index)
    except ValueError as error:
        problems.append(str(error))
    try:
        replica = parsers.integer(0, _MAX_REPLICA)(raw_replica) if raw_replica else None
    except ValueError as error:
        problems.append(f"BOT_REPLICA={raw_replica[:80]}: {error}")
    if problems:
        raise ConfigError("the environment of this worker", problems)
    return Identity(token, index, replica)


def _token(secret: Secret | None, listed: Secret | None, index: int) -> Secret:
    """Return the token of bot `index`.

    Raises:
        ValueError: When there is none, or it is malformed.
    """
    if secret:
        try:
            return parsers.token(secret.reveal())
        except ValueError as error:
            raise ValueError(f"BOT_TOKEN {error}") from error
    if not listed:
        raise ValueError("BOT_TOKEN is not set")
    try:
        tokens = parsers.tokens(listed.reveal())
    except ValueError as error:
        raise ValueError(f"TELEGRAM_BOT_TOKENS: {error}") from error
    if index >= len(tokens):
        raise ValueError(
            f"BOT_INDEX={index}: TELEGRAM_BOT_TOKENS holds {len(tokens)} tokens, "
            "numbered from 0"
        )
    return tokens[index]


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


def take_leased() -> bool:
    """Return whether polling needs a lease, because several hosts share the bots."""
    return os.environ.pop(_LEASED, "") == "1"


def wipe_secrets() -> None:
    """Remove every secret from the environment, where shells would inherit it."""
    for name in SECRET_VARIABLES:
        take_secret(name)
