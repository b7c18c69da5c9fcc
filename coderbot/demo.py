"""The demo: a sandbox beside the fleet, and settings for both."""

import contextlib
import os
import selectors
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from coderbot.config.settings import OWN_VARIABLES
from coderbot.errors import CoderBotError

DEMO_USER = 1001
"""Telegram id of the person in the demo's chat page."""

_START_TIMEOUT_S = 20.0
_PREFERRED_PORT = 8081
"""The usual port of a self-hosted Bot API server; any other will do."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that is ready to be run."""

    env_file: Path
    note: str
    """Where to chat."""
    hint: str
    """What else to try."""


@contextmanager
def prepared_demo(directory: Path, bots: int) -> Iterator[Demo]:
    """Run a sandbox for the length of the block, with settings that use it.

    Args:
        directory: Where settings, state and media lie; made when missing.
        bots: How many bots.

    Raises:
        CoderBotError: When the sandbox does not start.
    """
    root = directory.absolute()
    _make_private(root)
    for name in OWN_VARIABLES:
        # The demo's settings are its own: a token of the person who tries it must
        # not meet the sandbox.
        if not name.startswith(("WORKER_", "XTERM_")):
            os.environ.pop(name, None)
    # One more: the control bot.
    with _running_sandbox(root, bots + 1) as url:
        env_file = root / ".env"
        _write_env(env_file, root, url, (root / "tokens").read_text().split())
        hint = (
            f"Files that you put into {root}/media/bot-0/ arrive in its chat.\n"
            "The last bot of the page is the control bot: send it /status."
        )
        yield Demo(env_file, f"Chat page: {url}", hint)


def _make_private(root: Path) -> None:
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        root.chmod(0o700)
    except OSError as error:
        raise CoderBotError(
            f"The demo cannot use {root}: {error.strerror}",
            "Choose another place: coderbot demo --directory PATH",
        ) from error


def _write_env(path: Path, root: Path, url: str, tokens: list[str]) -> None:
    *tokens, control_token = tokens
    values = {
        "TELEGRAM_BOT_TOKENS": ",".join(tokens),
        "CONTROL_BOT_TOKEN": control_token,
        "CONTROL_BOT_ADMIN_IDS": str(DEMO_USER),
        "ALLOWED_USER_IDS": str(DEMO_USER),
        "TELEGRAM_API_ROOT": url.rstrip("/"),
        "MEDIA_TMP_LOCATION": str(root / "media"),
        "CODERBOT_STATE_DIR": str(root / "state"),
    }
    text = "".join(f"{name}='{value}'\n" for name, value in values.items())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(file.fileno(), stat.S_IRUSR | stat.S_IWUSR)
        file.write(text)


@contextmanager
def _running_sandbox(root: Path, bots: int) -> Iterator[str]:
    """Yield the address of a sandbox; on its usual port when that is free."""
    with contextlib.ExitStack() as stack:
        for port in (_PREFERRED_PORT, 0):
            process = stack.enter_context(_sandbox_process(root, bots, port))
            url = _read_address(process)
            if url:
                yield url
                return
        raise CoderBotError(
            f"The sandbox did not start: {_last_words(root / 'sandbox.log')}",
            "Does `coderbot sandbox` start by itself?",
        )


@contextmanager
def _sandbox_process(
    root: Path, bots: int, port: int
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the sandbox; it ends when this process does, by the end of its stdin."""
    command = [
        *(sys.executable, "-m", "coderbot.sandbox"),
        *("--port", str(port), "--bots", str(bots)),
        *("--users", f"{DEMO_USER}:You,2002:Stranger"),
        *("--token-file", str(root / "tokens"), "--until-stdin-eof"),
    ]
    with (root / "sandbox.log").open("wb") as log:
        # A session of its own keeps the terminal's Ctrl-C from ending it before
        # the bots; a log of its own keeps its words off the dashboard.
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _read_address(process: "subprocess.Popen[bytes]") -> str:
    """Return the address from the sandbox's first line; empty when it ended."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        if not selector.select(_START_TIMEOUT_S):
            return ""
    line = process.stdout.readline().decode(errors="replace")
    label, _, url = line.strip().partition(" ")
    return url if label == "Sandbox:" else ""


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
