"""`init --import`: takes over what the program that this one follows has kept."""

import subprocess
import sys
from pathlib import Path

import click

from coderbot.atomicfile import replace_file
from coderbot.config.load import load_settings
from coderbot.errors import CoderBotError

_MODULE = "coderbot.worker.importing"


class ImportDirectoryError(CoderBotError):
    """Raised when there is nothing to take over."""


def import_original(directory: Path, env_file: Path) -> int:
    """Take over `.env`, startup prompts and own assistants; returns the exit code.

    What is here already stays as it is, so it may be done again.

    Args:
        directory: Where the original ran.
        env_file: The `.env` of this fleet; made when missing (mode 0600).

    Raises:
        ImportDirectoryError: When there is no `.env` to take over.
        ConfigError: When the settings cannot be used; the `.env` is there by then,
            to be corrected before this is done again.
    """
    source = directory / ".env"
    if not env_file.exists():
        _copy(source, env_file)
    settings = load_settings(env_file)
    for warning in settings.warnings:
        click.echo(warning)
    users = [f"--user={user_id}" for user_id in settings.allowed_user_ids]
    bots = f"--bots={len(settings.tokens)}"
    # Only workers know how preferences are kept.
    command = [sys.executable, "-m", _MODULE, str(directory), str(settings.state_dir)]
    return subprocess.run([*command, bots, *users], check=False).returncode


def _copy(source: Path, target: Path) -> None:
    try:
        content = source.read_bytes()
    except OSError as error:
        raise ImportDirectoryError(
            f"{source} cannot be read: {error.strerror}",
            "Name the directory in which the original ran.",
        ) from error
    replace_file(target, content)
    click.echo(f"{target} was copied from {source}.")
