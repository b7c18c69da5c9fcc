"""How the process managers are set up that may run this program."""

import shutil
import subprocess
from collections.abc import Iterator

import msgspec

from coderbot.commands.finding import Finding
from coderbot.config.settings import Settings

_TOOL_TIMEOUT_S = 5.0
_PM2_KILL_TIMEOUT_MS = 1_600
"""What PM2 waits unless it is told otherwise."""
_SPARE_S = 4.0
"""What a manager must wait beyond WORKER_STOP_TIMEOUT_SECONDS, in seconds."""


def managers(settings: Settings) -> Iterator[Finding]:
    """Yield whether PM2 and systemd wait until workers have ended."""
    least = settings.stop_timeout_s + _SPARE_S
    yield from _pm2(least)
    yield from _systemd(least)


class _Pm2Env(msgspec.Struct):
    pm_exec_path: str = ""
    kill_timeout: float | None = None


class _Pm2App(msgspec.Struct):
    name: str
    pm2_env: _Pm2Env


def _pm2(least_s: float) -> Iterator[Finding]:
    output = _output("pm2", "jlist")
    try:
        # Messages of PM2 itself may come before the list.
        apps = msgspec.json.decode(output[output.find("[{") :], type=list[_Pm2App])
    except msgspec.MsgspecError:
        return
    for app in apps:
        about = app.pm2_env
        if "coderbot" not in f"{app.name} {about.pm_exec_path}".lower():
            continue
        wait_s = (about.kill_timeout or _PM2_KILL_TIMEOUT_MS) / 1_000
        text = f"{app.name}: kill_timeout {wait_s:g} s"
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
