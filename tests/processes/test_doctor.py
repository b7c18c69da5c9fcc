# ruff: noqa: F811 - a fixture is used by its name
"""What a doctor finds: a local Telegram, and stand-ins for the tools it asks."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import aiohttp
import pytest

from coderbot.commands import doctor
from coderbot.commands.doctor import OTHERS_RETURN_S
from coderbot.config.getme import PolledElsewhereError
from coderbot.errors import ExitCode
from coderbot.redact import Secret
from coderbot.sandbox.server import Sandbox
from tests.fakes.sandbox import make_bot_id, make_token, sandbox  # noqa: F401
from tests.processes.test_first_run import TOKEN, here, run  # noqa: F401


def write_env(here: Path, *tokens: Secret, **more: str) -> None:
    """Write a `.env` of a fleet into the directory."""
    values = {
        "TELEGRAM_BOT_TOKENS": ",".join(token.reveal() for token in tokens),
        "ALLOWED_USER_IDS": "1",
        "MEDIA_TMP_LOCATION": str(here / "files"),
    }
    path = here / ".env"
    path.write_text("".join(f"{k}={v}\n" for k, v in (values | more).items()))
    path.chmod(0o600)


@pytest.fixture(autouse=True)
def nobody_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "OTHERS_RETURN_S", 0)


@pytest.fixture
def tools(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH that has nothing but what a test puts there."""
    directory = here / "bin"
    directory.mkdir()
    monkeypatch.setenv("PATH", str(directory))
    return directory


def put_tool(directory: Path, name: str, prints: str) -> None:
    """Put a program there that prints a text and ends."""
    program = directory / name
    (directory / f"{name}.txt").write_text(prints)
    program.write_text(f"#!/bin/sh\n/bin/cat '{directory / name}.txt'\n")
    program.chmod(0o755)


async def test_doctor_finds_a_healthy_fleet_healthy(here: Path) -> None:
    await run("init", "--media", "files", given=f"{TOKEN.reveal()}\n1001\n")
    code, output = await run("doctor")
    assert code == ExitCode.OK, output
    for words in ("✓ settings", "✓ network", "✓ bot-0", "✓ shell", "✓ fonts"):
        assert words in output
    assert TOKEN.reveal() not in output


async def test_doctor_says_how_to_mend_what_is_wrong(here: Path) -> None:
    (here / "blocked").write_text("a file")
    (here / ".env").write_text(
        f"TELEGRAM_BOT_TOKENS={make_token(99).reveal()}\nALLOWED_USER_IDS=1\n"
        f"MEDIA_TMP_LOCATION={here / 'files'}\n"
    )
    (here / ".env").chmod(0o644)
    code, output = await run("doctor")
    assert code == ExitCode.REFUSED
    assert "✖ bot-0" in output
    assert "@BotFather" in output
    assert "! settings" in output
    assert "chmod 600" in output


async def test_doctor_without_settings_names_the_way(here: Path) -> None:
    code, output = await run("doctor")
    assert code == ExitCode.REFUSED
    assert "coderbot init" in output


async def poll_for_ever(url: str) -> None:
    """Poll as a program does that does not know of another one."""
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"{url}/bot{TOKEN.reveal()}/getUpdates?timeout=30"):
                pass
            await asyncio.sleep(0.2)


async def test_a_second_poller_is_told(
    here: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As for users: the other comes back at once, and nobody to `bot-1`.
    monkeypatch.setattr(doctor, "OTHERS_RETURN_S", OTHERS_RETURN_S)
    write_env(here, TOKEN, make_token(2))
    async with asyncio.TaskGroup() as group:
        other = group.create_task(poll_for_ever(sandbox.url))
        await sandbox.client().wait_polling(make_bot_id(1))
        code, output = await run("doctor")
        other.cancel()
    assert code == ExitCode.REFUSED
    told = [
        line for line in output.splitlines() if PolledElsewhereError().message in line
    ]
    assert [line.split()[:2] for line in told] == [["✖", "bot-0"]]
    assert "bot of its own" in output


@contextmanager
def other_telegram(date: str, result: object) -> Iterator[str]:
    """A server that answers every call alike, and whose clock says `date`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"ok": True, "result": result}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return date

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


async def test_a_clock_that_is_off_is_told(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_env(here, TOKEN)
    with other_telegram("Thu, 01 Jan 2015 00:00:00 GMT", {"username": "x_bot"}) as url:
        monkeypatch.setenv("TELEGRAM_API_ROOT", url)
        code, output = await run("doctor")
    assert code == ExitCode.REFUSED
    assert "✖ clock" in output
    assert "timedatectl set-ntp true" in output
    assert "✓ bot-0" in output


@pytest.mark.parametrize("result", [[1], "words", None, 7])
async def test_an_odd_answer_is_no_fault(
    here: Path, monkeypatch: pytest.MonkeyPatch, result: object
) -> None:
    write_env(here, TOKEN)
    with other_telegram("no date at all", result) as url:
        monkeypatch.setenv("TELEGRAM_API_ROOT", url)
        _, output = await run("doctor")
    assert "@?" in output
    assert "clock" not in output


async def test_a_network_that_is_down_is_told_once(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_env(here, TOKEN, make_token(2))
    monkeypatch.setenv("TELEGRAM_API_ROOT", "http://127.0.0.1:9")
    code, output = await run("doctor")
    assert code == ExitCode.REFUSED
    assert output.count("✖ network") == 1
    assert "Check TELEGRAM_API_ROOT" in output


async def test_the_clock_is_looked_at_although_the_first_token_is_bad(
    here: Path,
) -> None:
    write_env(here, make_token(99), make_token(2))
    _, output = await run("doctor")
    assert "✖ bot-0" in output
    assert "✓ clock" in output
    assert "✓ bot-1" in output


@pytest.mark.parametrize(
    ("kill_timeout", "ok"), [(20_000, True), (3_000, False), (None, False)]
)
async def test_the_patience_of_pm2_is_looked_at(
    here: Path, tools: Path, kill_timeout: int | None, ok: bool
) -> None:
    write_env(here, TOKEN)
    mine = {"pm_exec_path": "/opt/coderbot", "kill_timeout": kill_timeout}
    apps = [
        {"name": "other", "pm2_env": {"kill_timeout": 1}},
        {"name": "bots", "pm2_env": mine},
    ]
    put_tool(tools, "pm2", f"[PM2] Spawning the daemon\n{json.dumps(apps)}\n")
    code, output = await run("doctor")
    assert ("✓ pm2" in output) is ok
    assert ("✖ pm2" in output) is not ok
    assert ("kill_timeout: 14000" in output) is not ok
    assert (code == ExitCode.OK) is ok
    assert "other" not in output


@pytest.mark.parametrize("prints", ["", "no list", "[1]", '[{"name": 5}]', "[{"])
async def test_odd_words_of_pm2_are_no_fault(
    here: Path, tools: Path, prints: str
) -> None:
    write_env(here, TOKEN)
    put_tool(tools, "pm2", prints)
    code, output = await run("doctor")
    assert code == ExitCode.OK
    assert "✓ pm2" not in output
    assert "✖ pm2" not in output


@pytest.mark.parametrize(
    ("mode", "wait", "faults"),
    [
        ("mixed", "1min 30s", 0),
        ("control-group", "1min 30s", 1),
        ("mixed", "5s 500ms", 1),
        ("process", "10s", 2),
        ("mixed", "infinity", 0),
    ],
)
async def test_the_unit_of_systemd_is_looked_at(
    here: Path, tools: Path, mode: str, wait: str, faults: int
) -> None:
    write_env(here, TOKEN)
    told = f"KillMode={mode}\nTimeoutStopUSec={wait}\nLoadState=loaded\n"
    put_tool(tools, "systemctl", told)
    _, output = await run("doctor")
    assert output.count("✖ systemd") == faults
    assert f"KillMode={mode}" in output
    assert ("TimeoutStopSec=14" in output) is (wait in ("5s 500ms", "10s"))


async def test_a_unit_that_is_not_there_is_no_finding(here: Path, tools: Path) -> None:
    write_env(here, TOKEN)
    put_tool(tools, "systemctl", "LoadState=not-found\nKillMode=control-group\n")
    assert "systemd" not in (await run("doctor"))[1]


async def test_programs_are_looked_for_in_the_path(here: Path, tools: Path) -> None:
    write_env(here, TOKEN)
    _, output = await run("doctor")
    assert "! chromium" in output
    assert "! assistants" in output
    for name in ("claude", "copilot", "chromium-browser"):
        put_tool(tools, name, "")
    _, output = await run("doctor")
    assert "✓ chromium" in output
    assert "in PATH: copilot, claude" in output


async def test_a_browser_is_a_must_where_it_draws(here: Path, tools: Path) -> None:
    write_env(here, TOKEN, SCREENSHOT_RENDERER="chromium")
    code, output = await run("doctor")
    assert code == ExitCode.REFUSED
    assert "✖ chromium" in output


async def test_a_state_directory_that_others_see_is_told(here: Path) -> None:
    write_env(here, TOKEN)
    state = here / ".coderbot"
    state.mkdir(mode=0o755)
    state.chmod(0o755)
    _, output = await run("doctor")
    assert f"chmod 700 {state}" in output
