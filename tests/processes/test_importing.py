# ruff: noqa: F811 - a fixture is used by its name
"""What the original has kept is there in chat after `coderbot init --import`."""

import asyncio
import json
import stat
import sys
from pathlib import Path

from coderbot.lockfile import hold_lock
from coderbot.paths import StateDir
from coderbot.sandbox.server import Sandbox
from tests.fakes.assistants import make_program
from tests.fakes.measured import measuring
from tests.fakes.sandbox import make_token, sandbox  # noqa: F401
from tests.processes.assistants import shown, worker_with

ROOT = Path(__file__).parents[2]


def make_original(directory: Path) -> Path:
    """Make a directory as the original leaves it."""
    for name in ("startip", "customcoders"):
        (directory / name).mkdir(parents=True)
    (directory / ".env").write_text(
        f"TELEGRAM_BOT_TOKENS={make_token(1).reveal()},{make_token(2).reveal()}\n"
        "ALLOWED_USER_IDS=1001\nM0=from the original\n"
        "SCREEN_REFRESH_ENABLED=true\nXTERM_SESSION_TIMEOUT=315360000000\n"
    )
    prompt = {"botId": "bot-1", "assistantType": "claude", "message": "hello again"}
    (directory / "startip/claude-bot-1.json").write_text(json.dumps(prompt))
    coder = {"userId": 1001, "coderName": "helper", "createdAt": "2025"}
    (directory / "customcoders/1001-helper.json").write_text(json.dumps(coder))
    (directory / "customcoders/1001-new.json").write_text(
        json.dumps(coder | {"coderName": "new"})
    )
    return directory


async def run_import(original: Path, directory: Path) -> tuple[int, str]:
    """Run the command in `directory`; returns its exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "coderbot",
        "init",
        "--import",
        str(original),
        cwd=directory,
        env={
            "PYTHONPATH": str(ROOT),
            "HOME": str(directory),
            "PATH": "/usr/bin:/bin",
            **measuring(),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_everything_is_found_again(sandbox: Sandbox, tmp_path: Path) -> None:
    original = make_original(tmp_path / "original")
    code, said = await run_import(original, tmp_path)
    assert code == 0, said
    assert "startup prompts of bot-0: claude" in said
    assert "assistants of user 1001: /helper" in said
    assert "/new cannot be added" in said
    env_file = tmp_path / ".env"
    assert env_file.read_bytes() == (original / ".env").read_bytes()
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600
    assert make_token(1).reveal() not in said
    make_program(tmp_path, "helper")
    state = {"CODERBOT_STATE_DIR": str(tmp_path / ".coderbot")}
    async with worker_with(sandbox, tmp_path, **state) as (_, anna):
        await anna.say("/claude")
        await shown(anna, "HEARD hello again")
        await anna.say("/helper")
        await shown(anna, "NAME helper")


async def test_what_is_here_already_stays(tmp_path: Path) -> None:
    original = make_original(tmp_path / "original")
    assert (await run_import(original, tmp_path))[0] == 0
    preferences = tmp_path / ".coderbot/preferences-bot-0.json"
    changed = preferences.read_text().replace("hello again", "chosen here")
    preferences.write_text(changed)
    (tmp_path / ".env").write_text((original / ".env").read_text() + "# mine\n")
    assert (await run_import(original, tmp_path))[0] == 0
    assert "chosen here" in preferences.read_text()
    assert "# mine" in (tmp_path / ".env").read_text()


async def test_what_cannot_be_taken_over_is_told(tmp_path: Path) -> None:
    code, said = await run_import(tmp_path / "nowhere", tmp_path)
    assert code != 0
    assert "cannot be read" in said
    original = make_original(tmp_path / "original")
    state = StateDir(tmp_path / ".coderbot")
    state.make()
    with hold_lock(state.lock, "a fleet that runs"):
        code, said = await run_import(original, tmp_path)
    assert code == 73
    assert "in use by process" in said


async def test_an_env_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    original = make_original(tmp_path / "original")
    text = (original / ".env").read_text().replace("=1001", "=12abc")
    (original / ".env").write_text(text)
    code, said = await run_import(original, tmp_path)
    assert code == 78
    assert "12abc" in said
    assert (tmp_path / ".env").exists()
    assert make_token(1).reveal() not in said
