"""`doctor`: looks at all that a fleet needs, and says how to mend what is wrong."""

import os
import shlex
import shutil
import stat
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import click

import coderbot
from coderbot.clock import SystemClock
from coderbot.commands.finding import Finding
from coderbot.commands.managers import managers
from coderbot.commands.render import painted
from coderbot.config.checks import check_directory
from coderbot.config.getme import (
    PolledElsewhereError,
    TokenCheckError,
    TokenRefusedError,
    ask_telegram,
)
from coderbot.config.load import load_settings
from coderbot.config.settings import Settings
from coderbot.control.call import Conversation
from coderbot.control.failures import NotRunningError
from coderbot.errors import CoderBotError, ExitCode
from coderbot.paths import StateDir, bot_name
from coderbot.plaintext import one_line
from coderbot.redact import Secret

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_TERMINAL = Path("worker", "terminal", "render", "fonts")
_CATALOGUE = Path("worker", "assistants", "catalogue.toml")
"""Data of workers, whose code this process does not import."""
_FONTS = ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf")
_CLOCK_TOLERANCE_S = 30.0
OTHERS_RETURN_S = 5
"""Within so many seconds another poller has come back, or there is none."""


Check = Callable[[Settings], Iterator[Finding]]


def doctor(env_file: Path | None, *, colour: bool) -> int:
    """Look at everything, print it; returns the exit code: 1 when something is wrong.

    Args:
        env_file: The `.env` of the fleet; None for the one in this directory.
        colour: Whether the terminal has colours.
    """
    try:
        settings = load_settings(env_file)
    except CoderBotError as error:
        words = " ".join(one_line(line) for line in str(error).splitlines())
        _show(
            Finding("settings", False, words, "Or begin with `coderbot init`."), colour
        )
        return ExitCode.REFUSED
    failed = False
    for check in _CHECKS:
        for finding in check(settings):
            _show(finding, colour)
            failed = failed or finding.ok is False
    return ExitCode.REFUSED if failed else ExitCode.OK


def _show(finding: Finding, colour: bool) -> None:
    signs = {True: ("✓", "32"), None: ("!", "33"), False: ("✖", "31")}
    sign, code = signs[finding.ok]
    text = one_line(finding.text)
    click.echo(f"{painted(sign, code, colour)} {finding.name:<12} {text}")
    if finding.mend:
        click.echo(f"  {'':<12} → {one_line(finding.mend)}")


def _settings(settings: Settings) -> Iterator[Finding]:
    bots, users = len(settings.tokens), len(settings.allowed_user_ids)
    yield Finding("settings", True, f"bots: {bots}, users: {users}")
    for warning in settings.warnings:
        yield Finding("settings", None, warning)


def _directories(settings: Settings) -> Iterator[Finding]:
    for name, path in (
        ("MEDIA_TMP_LOCATION", settings.media_root),
        ("CODERBOT_STATE_DIR", settings.state_dir),
    ):
        troubles = list(check_directory(name, path))
        for trouble in troubles:
            yield Finding(
                "directories", False, trouble, f"mkdir -p {path}, as its user"
            )
        if not troubles:
            yield Finding("directories", True, f"{name}={path}")
    state = settings.state_dir
    if state.is_dir() and stat.S_IMODE(state.stat().st_mode) & 0o077:
        text = f"{state} is open to others"
        yield Finding("directories", None, text, f"chmod 700 {state}")


def _tokens(settings: Settings) -> Iterator[Finding]:
    """Yield whose each token is, how the clock goes, and whether somebody else polls."""
    good: dict[str, Secret] = {}
    for index, token in enumerate(settings.tokens):
        bot = bot_name(index)
        try:
            reply = ask_telegram(token, settings.api_root, "getMe")
        except TokenRefusedError as error:
            mend = "@BotFather /token shows the right one; `coderbot remove` this one."
            yield Finding(bot, False, error.message, mend)
            continue
        except TokenCheckError as error:
            yield Finding("network", False, error.message, error.hint)
            return
        if not good:
            yield Finding("network", True, f"{settings.api_root} answers")
            yield from _clock(reply.sent_at)
        about = reply.result if isinstance(reply.result, dict) else {}
        yield Finding(bot, True, f"@{about.get('username', '?')}")
        good[bot] = token
    if good and not _is_running(settings):
        look = partial(_poller, settings.api_root)
        with ThreadPoolExecutor(len(good)) as pool:
            yield from filter(None, pool.map(look, *zip(*good.items(), strict=True)))


def _clock(sent_at: float | None) -> Iterator[Finding]:
    if sent_at is None:
        return
    off = abs(SystemClock().now().timestamp() - sent_at)
    if off > _CLOCK_TOLERANCE_S:
        text = f"This machine's clock is {off:.0f} s off"
        yield Finding("clock", False, text, "timedatectl set-ntp true")
    else:
        yield Finding("clock", True, f"agrees with the server's within {off + 1:.0f} s")


def _poller(api_root: str, bot: str, token: Secret) -> Finding | None:
    """Poll for a moment: another poller is thrown out by that, comes back, and tells."""
    try:
        params: dict[str, str | int] = {"timeout": OTHERS_RETURN_S, "limit": 1}
        ask_telegram(token, api_root, "getUpdates", params)
    except PolledElsewhereError as error:
        return Finding(bot, False, error.message, error.hint)
    except CoderBotError as error:
        return Finding(bot, None, error.message, error.hint)
    return None


def _is_running(settings: Settings) -> bool:
    try:
        with Conversation(StateDir(settings.state_dir).control) as talk:
            return bool(talk.welcome)
    except (NotRunningError, CoderBotError):
        return False


def _shell(settings: Settings) -> Iterator[Finding]:
    shell = settings.shell_path
    if os.access(shell, os.X_OK):
        yield Finding("shell", True, str(shell))
    else:
        text = f"{shell} cannot be run"
        yield Finding("shell", False, text, "Set XTERM_SHELL_PATH to a shell.")


def _fonts(_: Settings) -> Iterator[Finding]:
    folder = Path(coderbot.__file__).parent / _TERMINAL
    missing = [name for name in _FONTS if not os.access(folder / name, os.R_OK)]
    if missing:
        text = f"{', '.join(missing)} cannot be read in {folder}"
        yield Finding("fonts", False, text, "Install coderbot anew.")
    else:
        yield Finding("fonts", True, "DejaVu Sans Mono is there")


def _chromium(settings: Settings) -> Iterator[Finding]:
    named = settings.chromium_path
    names = [str(named)] if named else list(_BROWSERS)
    found = next(filter(None, map(shutil.which, names)), None)
    if found:
        yield Finding("chromium", True, found)
    else:
        needed = settings.screenshot_renderer == "chromium"
        mend = "apt-get install chromium, or set CHROMIUM_PATH."
        text = "none found: no pictures of web pages"
        yield Finding("chromium", False if needed else None, text, mend)


def _assistants(_: Settings) -> Iterator[Finding]:
    names = _assistant_programs()
    found = [name for name in names if shutil.which(name)]
    if found:
        yield Finding("assistants", True, f"in PATH: {', '.join(found)}")
    else:
        mend = f"Install one of {', '.join(names)} where this PATH finds it."
        yield Finding("assistants", None, "none in PATH", mend)


def _assistant_programs() -> list[str]:
    text = (Path(coderbot.__file__).parent / _CATALOGUE).read_text("utf-8")
    return [shlex.split(each["command"])[0] for each in tomllib.loads(text).values()]


_CHECKS: tuple[Check, ...] = (
    _settings,
    _directories,
    _tokens,
    _shell,
    _fonts,
    _chromium,
    _assistants,
    managers,
)
