"""The subcommands as click knows them; each is imported when it is run."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from coderbot.errors import CoderBotError, ExitCode

_F = TypeVar("_F", bound=Callable[..., Any])


def register(group: click.Group) -> None:
    """Add all of them to `group`."""
    for command in (
        status,
        start,
        stop,
        restart,
        kill,
        logs,
        show,
        clean_media,
        wait,
        add,
        remove,
        reload,
        init,
        doctor,
        completion,
        cluster,
    ):
        group.add_command(command)


def _complete(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    from coderbot.commands.steer import known_names

    options = context.params
    names = known_names(options.get("state_dir"), options.get("env_file"))
    return [name for name in names if name.startswith(incomplete)]


def _or_of_the_group(
    context: click.Context, _parameter: click.Parameter, value: Path | None
) -> Path | None:
    """Return the option, or the same one before the name of the command."""
    if value is None and context.parent is not None:
        return context.parent.params.get("env_file")
    return value


def _located(function: _F) -> _F:
    """Add the options by which a supervisor is found."""
    env_file = click.option(
        "--env-file",
        type=click.Path(path_type=Path, dir_okay=False),
        callback=_or_of_the_group,
        help="The .env of the fleet, instead of the one in this directory.",
    )
    state_dir = click.option(
        "--state-dir",
        type=click.Path(path_type=Path, file_okay=False),
        help="The supervisor's state directory (else CODERBOT_STATE_DIR, or "
        ".coderbot beside the .env).",
    )
    return env_file(state_dir(function))


def _bots(required: bool = True) -> Callable[[_F], _F]:
    return click.argument(
        "bots", nargs=-1, required=required, metavar="BOT…", shell_complete=_complete
    )


def _exit(run: Callable[[], int]) -> NoReturn:
    try:
        sys.exit(run())
    except CoderBotError as error:
        from coderbot.commands.render import plain

        lines = [plain(line) for line in str(error).splitlines()]
        click.echo("coderbot: " + "\n".join(lines), err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(ExitCode.OK)
    except BrokenPipeError:
        # The reader of our output has left (`| head`). Nothing more to flush.
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.OK)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs; see the manual.")
@_located
def status(as_json: bool, **where: Path | None) -> None:
    """Show how all bots stand."""

    def run() -> int:
        from coderbot.commands.look import status

        return status(where, as_json)

    _exit(run)


def _steering(action: str, text: str) -> click.Command:
    @click.command(action, help=text, short_help=text)
    @_bots()
    @_located
    def command(bots: tuple[str, ...], **where: Path | None) -> None:
        def run() -> int:
            from coderbot.commands.steer import steer

            return steer(where, action, bots)

        _exit(run)

    return command


start = _steering("start", "Start bots that do not run.")
stop = _steering("stop", "Stop bots gracefully, and wait until they are gone.")
restart = _steering("restart", "Stop bots gracefully and start them again.")
kill = _steering("kill", "Kill bots at once, with all that they have started.")


@click.command()
@_bots(required=False)
@click.option("-f", "--follow", is_flag=True, help="Go on with new lines.")
@click.option(
    "-n",
    "--lines",
    type=click.IntRange(0, 10_000),
    default=100,
    show_default=True,
    help="How many kept lines at most.",
)
@click.option(
    "--level",
    type=click.Choice(["debug", "info", "warning", "error"], case_sensitive=False),
    default="debug",
    help="Only lines that matter at least so much.",
)
@click.option("--grep", metavar="RE", help="Only lines in which this is found.")
@click.option(
    "--since", metavar="AGE", help="Only lines younger than 90s, 10m, 2h, 1d."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@_located
def logs(bots: tuple[str, ...], **options: Any) -> None:
    """Print lines of the log: of some bots (or `parent`), else of all."""

    def run() -> int:
        from coderbot.commands.logs import LogRequest, logs

        return logs(LogRequest(bots=bots, **options))

    _exit(run)


@click.command()
@click.argument("bot", shell_complete=_complete)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@_located
def show(bot: str, as_json: bool, **where: Path | None) -> None:
    """Show all that is known of a bot, and its last lines."""

    def run() -> int:
        from coderbot.commands.look import show

        return show(where, bot, as_json)

    _exit(run)


@click.command("clean-media")
@_bots()
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_located
def clean_media(
    bots: tuple[str, ...], dry_run: bool, yes: bool, **where: Path | None
) -> None:
    """Delete what lies in sent/, received/ and failed/ of bots."""

    def run() -> int:
        from coderbot.commands.steer import clean_media

        return clean_media(where, bots, dry_run=dry_run, yes=yes)

    _exit(run)


@click.command()
@click.option(
    "--ready",
    is_flag=True,
    required=True,
    expose_value=False,
    help="Until all bots are ready.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, 86_400),
    default=60.0,
    show_default=True,
    help="Seconds at most; for the supervisor to appear, too.",
)
@_located
def wait(timeout: float, **where: Path | None) -> None:
    """Wait until every bot is ready."""

    def run() -> int:
        from coderbot.commands.look import wait_ready

        return wait_ready(where, timeout)

    _exit(run)


@click.command()
@_located
def add(**where: Path | None) -> None:
    """Add a bot to the .env: its token is asked for, or read from stdin.

    Telegram is asked whose it is; nothing else in the file changes.
    """

    def run() -> int:
        from coderbot.commands.tokens import add

        return add(where)

    _exit(run)


@click.command()
@click.argument("bot", shell_complete=_complete)
@click.option("--yes", is_flag=True, help="Do not ask.")
@_located
def remove(bot: str, yes: bool, **where: Path | None) -> None:
    """Remove a bot's token from the .env; nothing else in the file changes."""

    def run() -> int:
        from coderbot.commands.tokens import remove

        return remove(where, bot, yes=yes)

    _exit(run)


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@_located
def reload(dry_run: bool, **where: Path | None) -> None:
    """Read the .env anew: new bots start, removed ones stop, changed ones restart."""

    def run() -> int:
        from coderbot.commands.steer import reload

        return reload(where, dry_run=dry_run)

    _exit(run)


@click.command()
@click.option("--user", default="", help="Your Telegram user id, instead of /start.")
@click.option("--media", default="", help="Directory for files, instead of asking.")
@click.option(
    "--import",
    "original",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Ask nothing: take over .env, startup prompts and own assistants of the "
    "original in DIR.",
)
@click.option(
    "--env-file",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_or_of_the_group,
    help="Where to write, instead of .env in this directory.",
)
def init(user: str, media: str, original: Path | None, env_file: Path | None) -> None:
    """Write the first .env: asks for a token and who may use the bot."""

    def run() -> int:
        target = env_file or Path(".env")
        if original is not None:
            from coderbot.commands.importing import import_original

            return import_original(original, target)
        from coderbot.commands.init import init
        from coderbot.commands.tokens import api_root_of

        return init(target, api_root_of(""), user, media)

    _exit(run)


@click.command()
@click.option(
    "--env-file",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_or_of_the_group,
    help="The .env of the fleet, instead of the one in this directory.",
)
def doctor(env_file: Path | None) -> None:
    """Look at all that a fleet needs, and say how to mend what is wrong."""

    def run() -> int:
        from coderbot.commands.doctor import doctor
        from coderbot.commands.output import colour_wanted

        return doctor(env_file, colour=colour_wanted())

    _exit(run)


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script of a shell, to be sourced by it."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(context.find_root().command, {}, "coderbot", "_CODERBOT_COMPLETE")
    click.echo(script.source())


@click.group()
def cluster() -> None:
    """Several hosts that share the bots."""


@cluster.command("key")
def cluster_key() -> None:
    """Make a key for CLUSTER_KEY; all hosts need the same one."""

    def run() -> int:
        from coderbot.commands.cluster import key

        return key()

    _exit(run)
