"""The subcommands as click knows them; each is imported when it is run."""

from pathlib import Path
from typing import Any

import click

from coderbot.commands.clusterentry import cluster
from coderbot.commands.options import (
    bots_named,
    complete_bot,
    exit_with,
    located,
    or_of_the_group,
)


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


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs; see the manual.")
@located
def status(as_json: bool, **where: Path | None) -> None:
    """Show how all bots stand."""

    def run() -> int:
        from coderbot.commands.look import status

        return status(where, as_json)

    exit_with(run)


def _steering(action: str, text: str) -> click.Command:
    @click.command(action, help=text, short_help=text)
    @bots_named()
    @located
    def command(bots: tuple[str, ...], **where: Path | None) -> None:
        def run() -> int:
            from coderbot.commands.steer import steer

            return steer(where, action, bots)

        exit_with(run)

    return command


start = _steering("start", "Start bots that do not run.")
stop = _steering("stop", "Stop bots gracefully, and wait until they are gone.")
restart = _steering("restart", "Stop bots gracefully and start them again.")
kill = _steering("kill", "Kill bots at once, with all that they have started.")


@click.command()
@bots_named(required=False)
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
@located
def logs(bots: tuple[str, ...], **options: Any) -> None:
    """Print lines of the log: of some bots (or `parent`), else of all."""

    def run() -> int:
        from coderbot.commands.logs import LogRequest, logs

        return logs(LogRequest(bots=bots, **options))

    exit_with(run)


@click.command()
@click.argument("bot", shell_complete=complete_bot)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@located
def show(bot: str, as_json: bool, **where: Path | None) -> None:
    """Show all that is known of a bot, and its last lines."""

    def run() -> int:
        from coderbot.commands.look import show

        return show(where, bot, as_json)

    exit_with(run)


@click.command("clean-media")
@bots_named()
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@located
def clean_media(
    bots: tuple[str, ...], dry_run: bool, yes: bool, **where: Path | None
) -> None:
    """Delete what lies in sent/, received/ and failed/ of bots."""

    def run() -> int:
        from coderbot.commands.steer import clean_media

        return clean_media(where, bots, dry_run=dry_run, yes=yes)

    exit_with(run)


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
@located
def wait(timeout: float, **where: Path | None) -> None:
    """Wait until every bot is ready."""

    def run() -> int:
        from coderbot.commands.look import wait_ready

        return wait_ready(where, timeout)

    exit_with(run)


@click.command()
@located
def add(**where: Path | None) -> None:
    """Add a bot to the .env: its token is asked for, or read from stdin.

    Telegram is asked whose it is; nothing else in the file changes.
    """

    def run() -> int:
        from coderbot.commands.tokens import add

        return add(where)

    exit_with(run)


@click.command()
@click.argument("bot", shell_complete=complete_bot)
@click.option("--yes", is_flag=True, help="Do not ask.")
@located
def remove(bot: str, yes: bool, **where: Path | None) -> None:
    """Remove a bot's token from the .env; nothing else in the file changes."""

    def run() -> int:
        from coderbot.commands.tokens import remove

        return remove(where, bot, yes=yes)

    exit_with(run)


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@located
def reload(dry_run: bool, **where: Path | None) -> None:
    """Read the .env anew: new bots start, removed ones stop, changed ones restart."""

    def run() -> int:
        from coderbot.commands.steer import reload

        return reload(where, dry_run=dry_run)

    exit_with(run)


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
    callback=or_of_the_group,
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

    exit_with(run)


@click.command()
@click.option(
    "--env-file",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=or_of_the_group,
    help="The .env of the fleet, instead of the one in this directory.",
)
def doctor(env_file: Path | None) -> None:
    """Look at all that a fleet needs, and say how to mend what is wrong."""

    def run() -> int:
        from coderbot.commands.doctor import doctor
        from coderbot.commands.output import colour_wanted

        return doctor(env_file, colour=colour_wanted())

    exit_with(run)


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
