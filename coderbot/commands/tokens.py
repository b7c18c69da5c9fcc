"""`add` and `remove`: the tokens in the `.env`."""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from coderbot.commands.firstrun import parsed_token
from coderbot.config import parsers
from coderbot.config.envfile import EnvFileError, read_text, values_of
from coderbot.config.settings import variables
from coderbot.config.tokenfile import add_token, find_token, remove_token, tokens_in
from coderbot.control.call import Conversation
from coderbot.control.failures import ControlRefusedError, NotRunningError
from coderbot.control.locate import control_path
from coderbot.control.naming import chosen
from coderbot.errors import ExitCode, UsageError
from coderbot.plaintext import one_line
from coderbot.redact import Secret
from coderbot.supervisor.controlwire import FleetStatus

_API_ROOT = "TELEGRAM_API_ROOT"
_TOKEN_VARIABLES = ("TELEGRAM_BOT_TOKENS", "TELEGRAM_BOT_TOKEN")
_LATER = "`coderbot reload` lets a running supervisor take it up at once."
_Where = Mapping[str, Path | None]


def add(where: _Where) -> int:
    """Add a token to the `.env`; returns the exit code."""
    path = env_file_of(where.get("env_file"))
    api_root = api_root_of(read_text(path))
    username, index = add_token(path, _ask_token(), api_root)
    click.echo(f"@{one_line(username)} was added to {path} as bot-{index}. {_LATER}")
    return ExitCode.OK


def remove(where: _Where, name: str, *, yes: bool) -> int:
    """Remove a token from the `.env`; returns the exit code."""
    path = env_file_of(where.get("env_file"))
    token, called = _named(name, tokens_in(path), _status(where))
    if not yes:
        _confirm(f"Remove {called} from {path}?")
    remove_token(path, token)
    click.echo(f"{called} was removed from {path}. {_LATER}")
    return ExitCode.OK


def env_file_of(named: Path | None) -> Path:
    """Return the `.env` in which tokens are kept.

    Args:
        named: It, if it is not the one in this directory.

    Raises:
        EnvFileError: When the environment has tokens, which wins over any file.
    """
    path = (named or Path(".env")).absolute()
    for name in _TOKEN_VARIABLES:
        if os.environ.get(name):
            raise EnvFileError(
                f"{name} is set in the environment, which wins over {path}",
                "Change it there, or unset it.",
            )
    return path


def _ask_token() -> Secret:
    """Return the token from a hidden prompt, or from stdin when it is no terminal."""
    if sys.stdin.isatty():
        try:
            raw = click.prompt("Token from @BotFather", hide_input=True)
        except click.Abort:
            raise ControlRefusedError("Nothing was added") from None
    else:
        raw = sys.stdin.readline(1_000)
    return parsed_token(raw)


def api_root_of(content: str) -> str:
    """Return where the Bot API is, as the environment or a `.env` says.

    Raises:
        EnvFileError: When that is no address.
    """
    values = values_of(content)
    raw = os.environ.get(_API_ROOT, values.get(_API_ROOT, "")).strip()
    if not raw:
        return next(str(d) for _, v, d in variables() if v.name == _API_ROOT)
    try:
        return parsers.url(raw)
    except ValueError as error:
        raise EnvFileError(f"{_API_ROOT}: {error}") from error


def _status(where: _Where) -> FleetStatus | None:
    try:
        with Conversation(control_path(**where)) as talk, talk.patience(10):
            return talk.status()
    except NotRunningError:
        return None


def _named(
    name: str, tokens: Sequence[Secret], status: FleetStatus | None
) -> tuple[Secret, str]:
    """Return which token is meant, and what its bot is called.

    A running supervisor knows best: its numbers do not move when the file changes.
    """
    if status is None:
        return _by_position(name, tokens)
    bots = chosen([name], status.bots)
    if len(bots) != 1:
        raise UsageError("One bot at a time", "Name it: bot-0, or @username.")
    (bot,) = bots
    token = find_token(tokens, status.fingerprints.get(bot.bot))
    if token is None:
        raise EnvFileError(f"The token of {bot.bot} is not in the file any more")
    return token, f"{bot.bot} (@{one_line(bot.username)})" if bot.username else bot.bot


def _by_position(name: str, tokens: Sequence[Secret]) -> tuple[Secret, str]:
    found = re.fullmatch(r"bot-([0-9]{1,6})", name, re.ASCII)
    if found is None or int(found[1]) >= len(tokens):
        known = ", ".join(f"bot-{index}" for index in range(len(tokens))) or "none"
        raise UsageError(
            f"There is no bot {name!r} in the file",
            f"Bots: {known}. No supervisor is running that knows their names.",
        )
    return tokens[int(found[1])], name


def _confirm(question: str) -> None:
    try:
        agreed = click.confirm(question, default=False)
    except click.Abort:
        agreed = False
    if not agreed:
        raise ControlRefusedError("Nothing was removed", "Add --yes to remove.")
