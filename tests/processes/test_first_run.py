# ruff: noqa: F811 - a fixture is used by its name
"""The first `.env`, on the local Telegram."""

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from coderbot.cli import main
from coderbot.commands.firstrun import FirstRun
from coderbot.config.envfile import values_of
from coderbot.errors import CoderBotError, ExitCode
from coderbot.sandbox.server import Sandbox
from tests.fakes.sandbox import ANNA, make_bot_id, make_token, sandbox  # noqa: F401

TOKEN = make_token(1)


@pytest.fixture
def here(tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty directory to work in, with the sandbox for Telegram."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TELEGRAM_API_ROOT", sandbox.url)
    return tmp_path


async def run(*arguments: str, given: str = "") -> tuple[int, str]:
    """Run a command beside the loop; returns exit code and output."""
    import asyncio

    result = await asyncio.to_thread(
        CliRunner().invoke, main, list(arguments), given, catch_exceptions=False
    )
    return result.exit_code, result.output


async def test_who_has_sent_start_is_found(here: Path, sandbox: Sandbox) -> None:
    import asyncio

    first = FirstRun(here / ".env", sandbox.url)
    raw = TOKEN.reveal()
    anna = sandbox.client().user(ANNA, bot_id=make_bot_id(1))
    await anna.say("hello")
    await anna.say("/start")
    person = await asyncio.to_thread(first.starter, raw)
    assert person is not None
    assert person.id == ANNA
    again = await asyncio.to_thread(first.starter, raw)
    assert again == person, "no update was confirmed"


async def test_init_writes_what_a_fleet_needs(here: Path, sandbox: Sandbox) -> None:
    given = f"{TOKEN.reveal()}\n1001\n"
    code, output = await run("init", "--media", "files", given=given)
    assert code == ExitCode.OK, output
    env = here / ".env"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    values = values_of(env.read_text())
    assert values["TELEGRAM_BOT_TOKENS"] == TOKEN.reveal()
    assert values["ALLOWED_USER_IDS"] == "1001"
    assert values["MEDIA_TMP_LOCATION"] == "files"
    assert values["TELEGRAM_API_ROOT"] == sandbox.url
    assert TOKEN.reveal() not in output
    code, output = await run("init", given=given)
    assert code != ExitCode.OK
    assert "is there already" in output


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("nonsense\n", "The token"),
        (f"{make_token(99).reveal()}\n", "refuses this token"),
    ],
)
async def test_init_refuses_a_bad_token(here: Path, given: str, words: str) -> None:
    code, output = await run("init", given=given)
    assert code != ExitCode.OK
    assert words in output
    assert not (here / ".env").exists()


def test_a_value_that_a_file_cannot_hold_is_refused() -> None:
    from coderbot.commands.firstrun import checked_media, parsed_user

    for bad in ("a'b", "a\nb"):
        with pytest.raises(CoderBotError):
            checked_media(bad)
    for bad in ("", "x1", "-5", "0"):
        with pytest.raises(CoderBotError):
            parsed_user(bad)
