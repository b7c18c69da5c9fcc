"""`doctor`: looks at all that a fleet needs, and says how to mend what is wrong."""

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

import coderbot
from coderbot.clock import SystemClock
from coderbot.commands.render import painted, plain
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
from coderbot.redact import Secret

_ASSISTANTS = ("claude", "codex", "copilot", "gemini", "aider", "opencode")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FONTS = ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf")
_CLOCK_TOLERANCE_S = 30.0
_TOOL_TIMEOUT_S = 5.0
_SPARE_S = 4.0
"""What a manager must wait beyond WORKER_STOP_TIMEOUT_SECONDS, in seconds."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one thing."""

    name: str
    ok: bool | None
    """None: it works, but not as well as it could."""
    text: str
    mend: str = ""
    """What to do about it."""


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
        words = " ".join(plain(line) for line in str(error).splitlines())
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
    text = plain(finding.text)
    click.echo(f"{painted(sign, code, colour)} {finding.name:<12} {text}")
    if finding.mend:
        click.echo(f"  {'':<12} → {plain(finding.mend)}")


def _settings(settings: Settings) -> Iterator[Finding]:
    bots, users = len(settings.tokens), len(settings.allowed_user_ids)
    yield Finding("settings", True, f"{bots} bots, {users} users")
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
    running = _is_running(settings)
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
        if index == 0:
            yield Finding("network", True, f"{settings.api_root} answers")
            yield from _clock(reply.sent_at)
        name = reply.result.get("username", "?") if reply.result else "?"
        yield Finding(bot, True, f"@{name}")
        if not running:
            yield from _pollers(bot, token, settings.api_root)


def _clock(sent_at: float | None) -> Iterator[Finding]:
    if sent_at is None:
        return
    off = abs(SystemClock().now().timestamp() - sent_at)
    if off > _CLOCK_TOLERANCE_S:
        text = f"This machine's clock is {off:.0f} s off"
        yield Finding("clock", False, text, "timedatectl set-ntp true")
    else:
        yield Finding("clock", True, f"agrees with the server's within {off + 1:.0f} s")


def _pollers(bot: str, token: Secret, api_root: str) -> Iterator[Finding]:
    try:
        params: dict[str, str | int] = {"timeout": 0, "limit": 1}
        ask_telegram(token, api_root, "getUpdates", params)
    except PolledElsewhereError as error:
        yield Finding(bot, False, error.message, error.hint)
    except CoderBotError as error:
        yield Finding(bot, None, error.message, error.hint)


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
    folder = Path(coderbot.__file__).parent / "worker" / "terminal" / "render" / "fonts"
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
    found = [name for name in _ASSISTANTS if shutil.which(name)]
    if found:
        yield Finding("assistants", True, f"in PATH: {', '.join(found)}")
    else:
        mend = f"Install one of {', '.join(_ASSISTANTS)} where this PATH finds it."
        yield Finding("assistants", None, "none in PATH", mend)


def _managers(settings: Settings) -> Iterator[Finding]:
    least = settings.stop_timeout_s + _SPARE_S
    yield from _pm2(least)
    yield from _systemd(least)


def _pm2(least_s: float) -> Iterator[Finding]:
    output = _output("pm2", "jlist")
    try:
        apps = json.loads(output[output.index("[") :]) if "[" in output else []
    except ValueError:
        return
    for app in apps:
        about = app.get("pm2_env", {})
        if "coderbot" not in f"{app.get('name')} {about.get('pm_exec_path')}".lower():
            continue
        wait_s = float(about.get("kill_timeout") or 1_600) / 1_000
        text = f"{app.get('name')}: kill_timeout {wait_s:g} s"
        mend = f"kill_timeout: {least_s * 1_000:.0f} in ecosystem.config.cjs"
        ok = wait_s >= least_s
        yield Finding("pm2", ok, text, "" if ok else mend)


def _systemd(least_s: float) -> Iterator[Finding]:
    wanted = "--property=LoadState,KillMode,TimeoutStopUSec"
    lines = _output("systemctl", "show", "coderbot", wanted).splitlines()
    found = dict(line.split("=", 1) for line in lines if "=" in line)
    if found.get("LoadState") != "loaded":
        return
    mode = found.get("KillMode", "")
    ok = mode == "mixed"
    mend = "" if ok else "KillMode=mixed lets workers finish."
    yield Finding("systemd", ok, f"KillMode={mode}", mend)
    wait = found.get("TimeoutStopUSec", "")
    seconds = _seconds(wait)
    if seconds is not None:
        ok = seconds >= least_s
        mend = "" if ok else f"TimeoutStopSec={least_s:g}"
        yield Finding("systemd", ok, f"TimeoutStopSec={wait}", mend)


def _seconds(text: str) -> float | None:
    """Return what systemd calls `1min 30s`; None for what is not understood."""
    units = {"ms": 0.001, "s": 1, "min": 60, "h": 3_600}
    total = 0.0
    for word in text.split():
        digits = word.rstrip("hmins")
        unit = word[len(digits) :]
        if unit not in units or not digits.replace(".", "", 1).isdigit():
            return None
        total += float(digits) * units[unit]
    return total


def _output(*command: str) -> str:
    """Return what a tool prints; empty when there is none, or it does not answer."""
    if shutil.which(command[0]) is None:
        return ""
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_TOOL_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace")


_CHECKS: tuple[Check, ...] = (
    _settings,
    _directories,
    _tokens,
    _shell,
    _fonts,
    _chromium,
    _assistants,
    _managers,
)
