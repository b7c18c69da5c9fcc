"""`init`: the first `.env`, asked for line by line."""

import sys
from pathlib import Path

import click

from coderbot.commands.firstrun import (
    DEFAULT_MEDIA,
    FirstRun,
    FirstSettings,
    checked_media,
    parsed_token,
    parsed_user,
)
from coderbot.config.envfile import EnvFileError
from coderbot.control.failures import ControlRefusedError
from coderbot.errors import ExitCode
from coderbot.plaintext import one_line

_TRIES = 24
"""How often somebody is looked for who has sent /start, 5 s each."""


def init(path: Path, api_root: str, user: str, media: str) -> int:
    """Ask for what a fleet needs, and write it; returns the exit code.

    Args:
        path: Of the `.env`; must not exist.
        api_root: TELEGRAM_API_ROOT.
        user: Id of the person who may use the bot; empty: asked for.
        media: Directory for files; empty: asked for.
    """
    if path.exists():
        raise EnvFileError(f"{path} is there already", "Change it, or `coderbot add`.")
    first = FirstRun(path, api_root)
    raw = _line("Token from @BotFather", hidden=True)
    token = parsed_token(raw)
    name = one_line(first.check(raw))
    click.echo(f"That is @{name}.")
    user_id = parsed_user(user) if user else _ask_user(first, raw, name)
    where = media or _line("Directory for files", DEFAULT_MEDIA)
    first.write(FirstSettings(token, user_id, checked_media(where)))
    click.echo(f"{path} was written. `coderbot-tui` starts the bot.")
    return ExitCode.OK


def _line(question: str, default: str = "", *, hidden: bool = False) -> str:
    """Return what somebody types, or the next line of stdin where nobody can."""
    if not sys.stdin.isatty():
        return sys.stdin.readline(1_000).strip() or default
    try:
        return str(click.prompt(question, default or None, hide_input=hidden))
    except click.Abort:
        raise ControlRefusedError("Nothing was written") from None


def _ask_user(first: FirstRun, raw: str, name: str) -> int:
    if not sys.stdin.isatty():
        return parsed_user(_line("Your user id"))
    click.echo(f"Send /start to @{name} in Telegram (Ctrl-C: type your id instead) …")
    try:
        for _ in range(_TRIES):
            person = first.starter(raw)
            if person is not None:
                click.echo(f"{one_line(person.name)} ({person.id}) may use it.")
                return person.id
    except KeyboardInterrupt:
        click.echo()
    return parsed_user(_line("Your user id"))
