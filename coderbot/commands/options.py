"""What the subcommands have in common: options, completion, and how they end."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from coderbot.errors import CoderBotError, ExitCode

_F = TypeVar("_F", bound=Callable[..., Any])


def complete_bot(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    """Return the bots whose names begin so."""
    from coderbot.commands.steer import known_names

    options = context.params
    names = known_names(options.get("state_dir"), options.get("env_file"))
    return [name for name in names if name.startswith(incomplete)]


def or_of_the_group(
    context: click.Context, _parameter: click.Parameter, value: Path | None
) -> Path | None:
    """Return the option, or the same one before the name of the command."""
    parent = context.parent
    while value is None and parent is not None:
        value, parent = parent.params.get("env_file"), parent.parent
    return value


def located(function: _F) -> _F:
    """Add the options by which a supervisor is found."""
    env_file = click.option(
        "--env-file",
        type=click.Path(path_type=Path, dir_okay=False),
        callback=or_of_the_group,
        help="The .env of the fleet, instead of the one in this directory.",
    )
    state_dir = click.option(
        "--state-dir",
        type=click.Path(path_type=Path, file_okay=False),
        help="The supervisor's state directory (else CODERBOT_STATE_DIR, or "
        ".coderbot beside the .env).",
    )
    return env_file(state_dir(function))


def bots_named(required: bool = True) -> Callable[[_F], _F]:
    """Add the argument that names bots."""
    return click.argument(
        "bots", nargs=-1, required=required, metavar="BOT…", shell_complete=complete_bot
    )


def exit_with(run: Callable[[], int]) -> NoReturn:
    """Run a command, tell what goes wrong, and exit with its code."""
    try:
        sys.exit(run())
    except CoderBotError as error:
        from coderbot.plaintext import one_line

        lines = [one_line(line) for line in str(error).splitlines()]
        click.echo("coderbot: " + "\n".join(lines), err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(ExitCode.OK)
    except BrokenPipeError:
        # The reader of our output has left (`| head`). Nothing more to flush.
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.OK)
