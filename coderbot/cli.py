"""The command line, and the composition root of the parent process."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from coderbot import __version__
from coderbot.commands.entry import register
from coderbot.errors import CoderBotError, ExitCode, UsageError

if TYPE_CHECKING:
    from coderbot.tui.ports import TokenEditor

_SANDBOX_MODULE = "coderbot.sandbox"
_CHAOS_MODULE = "coderbot.chaos"
_TOKEN_VARIABLES = ("TELEGRAM_BOT_TOKENS", "TELEGRAM_BOT_TOKEN")
_DEMO_DIRECTORY = Path(".demo")


@click.group(invoke_without_command=True)
@click.option(
    "--headless", is_flag=True, help="Without the dashboard: log lines on stdout."
)
@click.option(
    "--env-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Settings to read instead of .env in this directory.",
)
@click.version_option(__version__, prog_name="coderbot")
@click.pass_context
def main(context: click.Context, headless: bool, env_file: Path | None) -> None:
    """Run the fleet of bots: in a dashboard, or headless.

    Settings come from `.env` in this directory and from the environment, which
    wins. Stop with Ctrl-C (or `q` in the dashboard): every worker ends with it.
    """
    if context.invoked_subcommand is None:
        _exit_with(lambda: _run_fleet(env_file, headless))


register(main)


@click.command()
@click.option(
    "--env-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Settings to read instead of .env in this directory.",
)
@click.option(
    "--attach",
    type=click.Path(path_type=Path, file_okay=False),
    is_flag=False,
    flag_value=Path(),
    metavar="[STATE_DIR]",
    help="Show the fleet of a supervisor that runs already.",
)
@click.option(
    "--web",
    type=click.IntRange(0, 65_535),
    metavar="PORT",
    help="Show that in a browser, at an address of this machine that works once; "
    "0 takes any port.",
)
@click.version_option(__version__, prog_name="coderbot-tui")
def main_tui(env_file: Path | None, attach: Path | None, web: int | None) -> None:
    """Run the fleet of bots in a dashboard, or watch one that runs elsewhere."""
    if web is not None:
        _exit_with(lambda: _serve(attach or Path(), env_file, web))
    elif attach is None:
        _exit_with(lambda: _run_tui(env_file))
    else:
        _exit_with(lambda: _attach(attach, env_file))


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def sandbox(arguments: tuple[str, ...]) -> None:
    """Run the local Telegram: a Bot API server and a chat page.

    `coderbot sandbox -- --help` lists its options.
    """
    # Replaced, not imported: the server's libraries stay out of this process.
    command = [sys.executable, "-m", _SANDBOX_MODULE, *arguments]
    os.execv(sys.executable, command)


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("names", nargs=-1, type=click.UNPROCESSED)
def chaos(names: tuple[str, ...]) -> None:
    """Rehearse crashes, floods and lost networks on throw-away bots.

    `coderbot chaos 409 flood` runs the trials with these words in their names.
    """
    # Replaced, not imported: it is a client of the sandbox, and no part of the fleet.
    os.execv(sys.executable, [sys.executable, "-m", _CHAOS_MODULE, *names])


@main.command()
@click.option("--headless", is_flag=True, help="Without the dashboard.")
@click.option(
    "--bots", type=click.IntRange(1, 50), default=3, show_default=True, help="How many."
)
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=_DEMO_DIRECTORY,
    show_default=True,
    help="Where its settings and files lie.",
)
def demo(headless: bool, bots: int, directory: Path) -> None:
    """Try everything without Telegram: bots on the local sandbox."""

    _exit_with(lambda: _run_demo(directory, bots, headless))


def _run_demo(directory: Path, bots: int, headless: bool) -> None:
    """Run a sandbox, and a fleet on it.

    Raises:
        CoderBotError: When one of them cannot start.
    """
    from coderbot.demo import prepared_demo

    _need_terminal(headless)
    with prepared_demo(directory, bots) as ready:
        click.echo(f"{ready.note}\n{ready.hint}")
        _run_fleet(ready.env_file, headless, note=ready.note)


def _run_tui(env_file: Path | None) -> None:
    """Run the fleet in a dashboard; where there are no settings yet, ask for them.

    Raises:
        CoderBotError: When it cannot start.
    """
    path = env_file or Path(".env")
    has_tokens = any(map(os.environ.get, _TOKEN_VARIABLES))
    if path.exists() or has_tokens:
        _run_fleet(env_file, headless=False)
        return
    _need_terminal(headless=False)
    match _ask_for_settings(path.absolute()):
        case "start":
            _run_fleet(path, headless=False)
        case "demo":
            _run_demo(_DEMO_DIRECTORY, 3, headless=False)


def _ask_for_settings(path: Path) -> str | None:
    from coderbot.commands.firstrun import DEFAULT_MEDIA
    from coderbot.commands.setup import FirstRunSetup
    from coderbot.commands.tokens import api_root_of
    from coderbot.tui.setup import SetupApp

    setup = FirstRunSetup(path, api_root_of(""))
    return SetupApp(setup, str(path.parent / DEFAULT_MEDIA)).run()


def _run_fleet(env_file: Path | None, headless: bool, note: str = "") -> None:
    """Run the fleet to its end.

    Raises:
        CoderBotError: When it cannot start.
    """
    # Imported late: `--help`, `--version` and `status` answer at once.
    import asyncio

    from coderbot.config.load import load_settings
    from coderbot.fleet import run_fleet

    _need_terminal(headless)
    settings = load_settings(env_file)
    tokens = None if headless else _tokens(env_file)
    asyncio.run(run_fleet(settings, headless=headless, note=note, tokens=tokens))


def _tokens(env_file: Path | None) -> "TokenEditor":
    """Return what changes the `.env`: 4 MB that only a dashboard needs."""
    from coderbot.commands.envtokens import EnvTokens

    return EnvTokens(env_file)


def _attach(state_dir: Path, env_file: Path | None) -> None:
    """Show the dashboard of a supervisor in another process.

    Raises:
        CoderBotError: When there is none, or it goes away.
    """
    import asyncio

    from coderbot.attach import attach
    from coderbot.control.locate import control_path

    # In a browser there is none; the page is its terminal.
    _need_terminal(headless="TEXTUAL_DRIVER" in os.environ)
    path = control_path(None if state_dir == Path() else state_dir, env_file)
    beside = env_file or path.parent.parent / ".env"
    tokens = _tokens(beside) if beside.is_file() else None
    asyncio.run(attach(path, tokens))


def _serve(state_dir: Path, env_file: Path | None, port: int) -> None:
    """Show the dashboard of a supervisor in another process in a browser.

    Raises:
        CoderBotError: When there is none, or the page cannot be served.
    """
    import asyncio

    from coderbot.control.client import ControlClient
    from coderbot.control.locate import control_path

    path = control_path(None if state_dir == Path() else state_dir, env_file)
    try:
        from coderbot.webpage import serve_dashboard
    except ImportError:
        raise CoderBotError(
            "The dashboard in a browser needs more libraries",
            "Install them: pip install 'coderbot[web]'",
        ) from None

    async def serve() -> None:
        async with ControlClient.connect(path):
            pass
        await serve_dashboard(path.parent, port, click.echo)

    asyncio.run(serve())


def _need_terminal(headless: bool) -> None:
    if headless or (sys.stdin.isatty() and sys.stdout.isatty()):
        return
    raise UsageError(
        "The dashboard needs a terminal, and this is none",
        "Add --headless to run without it.",
    )


def _exit_with(run: Callable[[], None]) -> NoReturn:
    """Run and exit: 0 when stopped on request, else the code of the error."""
    try:
        run()
    except CoderBotError as error:
        click.echo(f"coderbot: {error}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(ExitCode.OK)
    except Exception as error:  # noqa: BLE001 - told as a fault of our own
        _tell_of_fault(error)
        sys.exit(ExitCode.INTERNAL)
    sys.exit(ExitCode.OK)


def _tell_of_fault(error: Exception) -> None:
    """Say what went wrong inside; by now the workers have ended in order."""
    import traceback

    trace = "".join(traceback.format_exception(error))
    click.echo(trace, err=True)
    what = str(error).splitlines()[:1] or ["no message"]
    click.echo(
        f"coderbot: internal error: {type(error).__name__}: {what[0]}\n"
        "Every worker was stopped. Please report the lines above.",
        err=True,
    )
