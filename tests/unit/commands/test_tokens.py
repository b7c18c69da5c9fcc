# ruff: noqa: F811 - a fixture is used by its name
"""Tokens in a `.env`, changed by the commands and from the dashboard."""

from collections.abc import Mapping
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from coderbot.commands import tokens
from coderbot.commands.envtokens import EnvTokens
from coderbot.config.envfile import EnvFileError
from coderbot.config.tokenfile import tokens_in
from coderbot.errors import CoderBotError, ExitCode
from coderbot.sandbox.server import Sandbox
from tests.fakes.sandbox import make_token, sandbox  # noqa: F401

FIRST, SECOND = make_token(1), make_token(2)


@pytest.fixture(autouse=True)
def nothing_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TELEGRAM_BOT_TOKENS", "TELEGRAM_BOT_TOKEN", "TELEGRAM_API_ROOT"):
        monkeypatch.delenv(name, raising=False)


def env_file(directory: Path, **more: str) -> Path:
    values = {"TELEGRAM_BOT_TOKENS": FIRST.reveal(), "ALLOWED_USER_IDS": "1001"} | more
    path = directory / ".env"
    path.write_text("# mine\n" + "".join(f"{k}={v}\n" for k, v in values.items()))
    return path


async def test_the_dashboard_adds_a_token_that_telegram_knows(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    path = env_file(tmp_path, TELEGRAM_API_ROOT=str(sandbox.url))
    editor = EnvTokens(path)
    assert editor.place == str(path)
    name = await editor.check(f" {SECOND.reveal()}\n")
    assert name.endswith("bot")
    await editor.add(SECOND.reveal())
    assert [each.reveal() for each in tokens_in(path)] == [
        FIRST.reveal(),
        SECOND.reveal(),
    ]
    assert path.read_text().startswith("# mine\n")
    await editor.remove(FIRST.fingerprint)
    assert [each.reveal() for each in tokens_in(path)] == [SECOND.reveal()]


async def test_the_dashboard_refuses_what_is_no_new_token(tmp_path: Path) -> None:
    path = env_file(tmp_path)
    before = path.read_text()
    editor = EnvTokens(path)
    with pytest.raises(EnvFileError, match="already"):
        await editor.check(FIRST.reveal())
    with pytest.raises(CoderBotError, match="The token ") as refused:
        await editor.add("12:secret")
    assert "12:secret" not in str(refused.value)
    with pytest.raises(EnvFileError, match="Its token is not in"):
        await editor.remove(SECOND.fingerprint)
    assert path.read_text() == before


async def test_tokens_of_the_environment_are_changed_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = env_file(tmp_path)
    monkeypatch.setenv("TELEGRAM_BOT_TOKENS", FIRST.reveal())
    editor = EnvTokens(path)
    with pytest.raises(EnvFileError, match="TELEGRAM_BOT_TOKENS is set in the env"):
        await editor.add(SECOND.reveal())


def run(where: Mapping[str, Path | None], name: str, answer: str) -> tuple[str, object]:
    """Remove a bot, with this answer to the question; returns what was said."""

    @click.command()
    def command() -> None:
        tokens.remove(where, name, yes=False)

    result = CliRunner().invoke(command, input=answer)
    return result.output, result.exception


def test_without_a_supervisor_a_bot_is_its_place_in_the_file(tmp_path: Path) -> None:
    path = env_file(tmp_path, TELEGRAM_BOT_TOKENS=f"{FIRST.reveal()},{SECOND.reveal()}")
    where = {"env_file": path, "state_dir": tmp_path}
    said, error = run(where, "bot-2", "y\n")
    assert isinstance(error, CoderBotError)
    assert error.exit_code is ExitCode.USAGE
    assert "Bots: bot-0, bot-1." in str(error)
    for answer in ("n\n", ""):
        said, error = run(where, "bot-0", answer)
        assert "Remove bot-0 from" in said
        assert "Nothing was removed" in str(error)
    assert len(tokens_in(path)) == 2
    said, error = run(where, "bot-0", "y\n")
    assert error is None
    assert "bot-0 was removed from" in said
    assert [each.reveal() for each in tokens_in(path)] == [SECOND.reveal()]


def test_where_the_bot_api_is_must_be_an_address() -> None:
    assert tokens.api_root_of("") == "https://api.telegram.org"
    assert tokens.api_root_of("TELEGRAM_API_ROOT=http://localhost:8081\n") == (
        "http://localhost:8081"
    )
    with pytest.raises(EnvFileError, match="TELEGRAM_API_ROOT: "):
        tokens.api_root_of("TELEGRAM_API_ROOT=localhost\n")
