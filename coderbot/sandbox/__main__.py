"""`python -m coderbot.sandbox`: serve a local Telegram until told to stop."""

import asyncio
import logging
import os
import re
import signal
import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import click

from coderbot.errors import CoderBotError
from coderbot.redact import RedactingFormatter, Redactor
from coderbot.sandbox.errors import SandboxError
from coderbot.sandbox.server import DEFAULT_USERS, Sandbox, UserSpec, running_sandbox
from coderbot.sandbox.tokenfile import load_tokens

_DEFAULT_PORT = 8081
_DEFAULT_TOKEN_FILE = Path(".coderbot") / "sandbox-tokens"
_STDIN = 0


def parse_users(text: str) -> tuple[UserSpec, ...]:
    """Return users written as `1001:Anna,1002:Ben`.

    Raises:
        SandboxError: When one is written otherwise.
    """
    users = []
    for part in text.split(","):
        found = re.fullmatch(r"\s*([0-9]{1,15}):\s*(\S.{0,63})", part, re.ASCII)
        if found is None or int(found[1]) == 0:
            raise SandboxError(
                f"{part!r} is no user", "Write them as 1001:Anna,1002:Ben."
            )
        name = found[2].strip()
        handle = re.sub(r"[^a-z0-9_]", "", name.lower())
        users.append(UserSpec(int(found[1]), name, handle))
    return tuple(users)


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=_DEFAULT_PORT,
    show_default=True,
    help="TCP port; 0: any free one.",
)
@click.option(
    "--bots",
    type=click.IntRange(1, 200),
    help="Number of bots (else those in the token file, or 2).",
)
@click.option(
    "--users", metavar="ID:NAME,...", help="People who can write to the bots."
)
@click.option("--budgets", is_flag=True, help="Enforce Telegram's message rates (429).")
@click.option("--require-start", is_flag=True, help="Bots may not write first.")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path),
    default=_DEFAULT_TOKEN_FILE,
    show_default=True,
    help="Tokens of the bots, one a line; made when missing.",
)
@click.option("--until-stdin-eof", is_flag=True, help="End when standard input ends.")
def main(
    port: int,
    bots: int | None,
    users: str | None,
    budgets: bool,
    require_start: bool,
    token_file: Path,
    until_stdin_eof: bool,
) -> None:
    """Run a local Telegram: a Bot API server and a chat page, on 127.0.0.1 only."""
    _configure_logging()
    try:
        people = parse_users(users) if users else DEFAULT_USERS
        tokens = load_tokens(token_file, bots)
        sandbox = running_sandbox(tokens, people, port, budgets, require_start)
        asyncio.run(_serve(sandbox, until_stdin_eof))
    except (CoderBotError, OSError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)


async def _serve(
    sandbox: AbstractAsyncContextManager[Sandbox], until_eof: bool
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with sandbox as running:
        if until_eof:
            _watch_stdin(loop, stop)
        click.echo(f"Sandbox: {running.url}/")  # click flushes
        await stop.wait()


def _watch_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    def read() -> None:
        try:
            ended = not os.read(_STDIN, 4096)
        except OSError:
            ended = True
        if ended:
            loop.remove_reader(_STDIN)
            stop.set()

    try:
        loop.add_reader(_STDIN, read)
    except PermissionError:
        stop.set()  # a file or /dev/null: it has ended already


def _configure_logging() -> None:
    handler = logging.StreamHandler(sys.stderr)
    plain = logging.Formatter("%(asctime)s %(name)s: %(message)s")
    handler.setFormatter(RedactingFormatter(plain, Redactor()))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


if __name__ == "__main__":
    main()
