"""Settings: precedence, defaults, and every bad value told at once."""

import os
from datetime import time
from pathlib import Path

import pytest

from coderbot.config import example, parsers
from coderbot.config.load import load_settings, load_worker_settings
from coderbot.config.settings import OWN_VARIABLES, variables
from coderbot.errors import ConfigError, ExitCode

TOKEN_0 = "7000001:AAq3Wd9fKx1Zb7Lm5Rt2Yv8Np4Gh6Jc0Se-"
TOKEN_1 = "7000002:BBw4Xe8gLy2Ac6Mn3Su1Zw7Oq5Hi9Kd0Tf_"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in OWN_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def write_env(**values: str) -> Path:
    """Write a `.env` that works, changed by `values`."""
    good = {
        "TELEGRAM_BOT_TOKENS": TOKEN_0,
        "ALLOWED_USER_IDS": "11, 12",
        "MEDIA_TMP_LOCATION": str(Path.cwd() / "media"),
    }
    path = Path(".env")
    lines = [f"{name}={value}" for name, value in (good | values).items()]
    path.write_text("\n".join(lines))
    path.chmod(0o600)
    return path


def problems(env_file: Path | None = None) -> str:
    """Return the message of the ConfigError that loading raises."""
    with pytest.raises(ConfigError) as caught:
        load_settings(env_file)
    assert caught.value.exit_code is ExitCode.CONFIG
    return str(caught.value)


def test_defaults_are_those_of_the_original_and_of_the_design() -> None:
    write_env()
    settings = load_settings()
    assert [token.reveal() for token in settings.tokens] == [TOKEN_0]
    assert settings.allowed_user_ids == (11, 12)
    assert (settings.terminal_rows, settings.terminal_columns) == (50, 100)
    assert settings.session_timeout_ms == 1_800_000
    assert settings.message_delete_timeout_ms == 10_000
    assert settings.api_root == "https://api.telegram.org"
    assert settings.shell_path == Path("/bin/bash")
    assert (settings.start_delay_s, settings.restart_delay_s) == (1, 5)
    assert (settings.restart_max_delay_s, settings.stop_timeout_s) == (60, 10)
    assert settings.copilot_arguments.startswith("--allow-all-tools")
    assert settings.state_dir == Path.cwd() / ".coderbot"
    assert settings.warnings == ()


def test_a_real_environment_variable_wins_over_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_env(XTERM_TERMINAL_ROWS="30", XTERM_TERMINAL_COLS="70")
    monkeypatch.setenv("XTERM_TERMINAL_ROWS", "40")
    settings = load_settings()
    assert (settings.terminal_rows, settings.terminal_columns) == (40, 70)


def test_an_existing_env_file_of_the_original_works_unchanged() -> None:
    write_env(
        AUTO_KILL="true",
        XTERM_SESSION_TIMEOUT="315360000000",
        MESSAGE_DELETE_TIMEOUT="0",
        VERBOSE_LOGGING="0",
        AIRPLANE_MODE="on",
        COPILOT_ARGUMENTS="",
        M0="\"see ${HOME} and $1 in 'bot-2'\"",
        SCREEN_REFRESH_ENABLED="true",
        OPENAI_API_KEY="whatever",
    )
    settings = load_settings()
    assert settings.auto_kill
    assert settings.airplane_mode
    assert not settings.verbose_logging
    assert settings.session_timeout_ms == 315_360_000_000
    assert settings.copilot_arguments == ""
    assert settings.macros["m0"] == "see ${HOME} and $1 in 'bot-2'"
    assert settings.inherited["OPENAI_API_KEY"] == "whatever"


def test_workers_inherit_no_token() -> None:
    write_env(TELEGRAM_BOT_TOKEN=TOKEN_0, CONTROL_BOT_TOKEN=TOKEN_1)
    assert not any("TOKEN" in name for name in load_settings().inherited)


def test_a_control_bot_that_nobody_may_use_is_told_of() -> None:
    write_env(CONTROL_BOT_TOKEN=TOKEN_1)
    (warning,) = load_settings().warnings
    assert "CONTROL_BOT_ADMIN_IDS is empty" in warning
    write_env(CONTROL_BOT_TOKEN=TOKEN_1, CONTROL_BOT_ADMIN_IDS="7")
    assert load_settings().warnings == ()


def test_an_empty_value_means_the_default() -> None:
    write_env(XTERM_FONT_SIZE="", MEDIA_TMP_LOCATION="  ")
    settings = load_settings()
    assert settings.font_size_px == 14
    assert settings.media_root == Path("/tmp/coderBOT_media")


@pytest.mark.parametrize("name", ["TELEGRAM_BOT_TOKENS", "TELEGRAM_BOT_TOKEN"])
def test_both_names_of_the_token_list_work(name: str) -> None:
    both = {"TELEGRAM_BOT_TOKENS": "", name: f" {TOKEN_0} ,, {TOKEN_1},"}
    write_env(**both)
    assert [t.reveal() for t in load_settings().tokens] == [TOKEN_0, TOKEN_1]


def test_both_names_with_one_list_are_fine() -> None:
    write_env(TELEGRAM_BOT_TOKEN=TOKEN_0)
    assert len(load_settings().tokens) == 1


@pytest.mark.parametrize(
    ("values", "told"),
    [
        # Tokens: every way to be wrong
        ({"TELEGRAM_BOT_TOKENS": ""}, "TELEGRAM_BOT_TOKENS is not set"),
        ({"TELEGRAM_BOT_TOKENS": f"{TOKEN_0},123"}, "token 2 of 2 is malformed"),
        ({"TELEGRAM_BOT_TOKENS": "your_bot_token"}, "token 1 of 1 is a placeholder"),
        (
            {"TELEGRAM_BOT_TOKENS": "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11"},
            "token 1 of 1 is a placeholder",
        ),
        (
            {"TELEGRAM_BOT_TOKENS": "12345678:" + "A" * 35},
            "token 1 of 1 is a placeholder",
        ),
        (
            {"TELEGRAM_BOT_TOKENS": f"{TOKEN_0},{TOKEN_0}"},
            "token 2 is of the same bot as token 1",
        ),
        ({"TELEGRAM_BOT_TOKEN": TOKEN_1}, "are both set and differ"),
        ({"CONTROL_BOT_TOKEN": TOKEN_0}, "CONTROL_BOT_TOKEN is one of"),
        # Users
        ({"ALLOWED_USER_IDS": ""}, "ALLOWED_USER_IDS is empty"),
        (
            {"ALLOWED_USER_IDS": "11,bob"},
            "ALLOWED_USER_IDS=11,bob: 'bob' is no user id",
        ),
        ({"ALLOWED_USER_IDS": "-5"}, "'-5' is no user id"),
        # Numbers
        (
            {"XTERM_TERMINAL_ROWS": "12abc"},
            "XTERM_TERMINAL_ROWS=12abc: allowed: a whole",
        ),
        ({"XTERM_TERMINAL_COLS": "-80"}, "XTERM_TERMINAL_COLS=-80: allowed: a whole"),
        ({"XTERM_FONT_SIZE": "1e3"}, "XTERM_FONT_SIZE=1e3: allowed"),
        ({"XTERM_MAX_OUTPUT_LINES": "NaN"}, "XTERM_MAX_OUTPUT_LINES=NaN: allowed"),
        ({"SCREEN_REFRESH_INTERVAL": "0"}, "SCREEN_REFRESH_INTERVAL=0: allowed"),
        ({"WORKER_STOP_TIMEOUT_SECONDS": "soon"}, "WORKER_STOP_TIMEOUT_SECONDS=soon"),
        (
            {"WORKER_RESTART_MAX_DELAY_SECONDS": "2"},
            "is below WORKER_RESTART_DELAY_SECONDS=5",
        ),
        # Words, addresses, paths
        ({"AUTO_KILL": "maybe"}, "AUTO_KILL=maybe: allowed: true, false"),
        ({"AUDIO_TRANSCRIPTION_DEFAULT_MODE": "sing"}, "allowed: copy, prompt"),
        ({"TELEGRAM_API_ROOT": "ftp://x"}, "TELEGRAM_API_ROOT=ftp://x: allowed"),
        ({"TELEGRAM_API_ROOT": "http://u:p@x"}, "allowed: an http:// or https://"),
        ({"WEB_ALLOW_HOSTS": "a.test, b.test:80"}, "allowed: names or addresses"),
        ({"XTERM_THEME": "pink"}, "XTERM_THEME=pink: allowed: dark, light"),
        ({"SCREENSHOT_RENDERER": "firefox"}, "allowed: native, chromium"),
        ({"XTERM_SHELL_PATH": "/no/such/shell"}, "no such program"),
        ({"MEDIA_TMP_LOCATION": "/dev/null/x"}, "is no directory"),
        ({"CODERBOT_STATE_DIR": "/dev/null/x"}, "is no directory"),
        ({"CODERBOT_STATE_DIR": "~no such user/x"}, "nobody here has that home"),
    ],
)
def test_a_bad_value_is_told_with_what_is_allowed(
    values: dict[str, str], told: str
) -> None:
    write_env(**values)
    message = problems()
    assert told in message
    assert str(Path.cwd() / ".env") in message
    assert "allowed" in message
    for secret in (TOKEN_0, TOKEN_1):
        assert secret not in message


def test_all_problems_are_told_at_once() -> None:
    write_env(
        TELEGRAM_BOT_TOKENS="x",
        ALLOWED_USER_IDS="",
        XTERM_FONT_SIZE="big",
        AUTO_KILL="7",
    )
    message = problems()
    assert message.count("\n  - ") == 4
    assert "4 problem(s)" in message


def test_a_bad_token_is_not_repeated() -> None:
    write_env(TELEGRAM_BOT_TOKENS=TOKEN_0[:-20] + "!", CONTROL_BOT_TOKEN=TOKEN_1 + "??")
    message = problems()
    assert TOKEN_0[8:15] not in message
    assert TOKEN_1[8:] not in message


def test_the_source_of_a_bad_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    write_env()
    monkeypatch.setenv("XTERM_FONT_SIZE", "x")
    assert "XTERM_FONT_SIZE=x (from the environment)" in problems()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_directory_is_told(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    write_env(MEDIA_TMP_LOCATION=str(tmp_path / "closed" / "media"))
    assert "cannot be written to" in problems()


def test_a_missing_named_file_is_told() -> None:
    assert "no such file" in problems(Path("absent.env"))


def test_a_file_that_is_no_text_is_told() -> None:
    write_env().write_bytes(b"A=\xff\xfe\n")
    assert "cannot be read" in problems()


def test_a_file_that_others_can_read_gets_a_warning() -> None:
    write_env().chmod(0o644)
    (warning,) = load_settings().warnings
    assert "chmod 600" in warning


def test_odd_lines_and_misspelt_names_get_a_warning() -> None:
    path = write_env(ALLOWED_USER_ID="3")
    path.write_text(path.read_text() + "\nthis is no setting!\n")
    warnings = "\n".join(load_settings().warnings)
    assert "ALLOWED_USER_ID is unknown; ALLOWED_USER_IDS is meant?" in warnings
    assert "not NAME=value" in warnings


def test_a_worker_needs_no_list_of_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_USER_IDS", "5")
    settings = load_worker_settings()
    assert settings.allowed_user_ids == (5,)
    assert settings.tokens == ()


def test_a_worker_alone_reads_the_file_but_no_token() -> None:
    write_env(XTERM_FONT_SIZE="20", CONTROL_BOT_TOKEN=TOKEN_1)
    settings = load_worker_settings(Path(".env"))
    assert settings.font_size_px == 20
    assert settings.control_bot_token is None


def test_no_secret_is_in_the_repr() -> None:
    write_env(TTS_API_KEY="sk-very-secret-key", CONTROL_BOT_TOKEN=TOKEN_1)
    shown = repr(load_settings())
    for secret in (TOKEN_0, TOKEN_1, "sk-very-secret-key"):
        assert secret not in shown


def test_the_example_file_names_every_variable_and_its_default() -> None:
    text = example.render()
    for _, variable, default in variables():
        assert f"\n{variable.name}={example.shown(default)}\n" in text


def test_the_example_with_tokens_and_users_filled_in_is_valid() -> None:
    text = example.render()
    text = text.replace("TELEGRAM_BOT_TOKENS=", f"TELEGRAM_BOT_TOKENS={TOKEN_0}")
    text = text.replace("ALLOWED_USER_IDS=", "ALLOWED_USER_IDS=1")
    Path("filled.env").write_text(text)
    settings = load_settings(Path("filled.env"))
    by_default = {field: default for field, _, default in variables()}
    by_default |= {
        "bot_tokens": settings.bot_tokens,
        "allowed_user_ids": (1,),
    }
    assert {field: getattr(settings, field) for field in by_default} == by_default


@pytest.mark.parametrize(
    ("raw", "quiet", "loud"),
    [
        ("22-7", ("22:00", "23:59", "00:00", "06:59"), ("07:00", "21:59")),
        ("22:30 - 7:15", ("22:30", "07:14"), ("22:29", "07:15")),
        ("12-14", ("12:00", "13:59"), ("11:59", "14:00")),
        ("20-24", ("20:00", "23:59"), ("00:00", "19:59")),
    ],
)
def test_hours_come_again_each_day(
    raw: str, quiet: tuple[str, ...], loud: tuple[str, ...]
) -> None:
    hours = parsers.hours(raw)
    assert [hours.hold(time.fromisoformat(each)) for each in quiet] == [True] * len(
        quiet
    )
    assert not any(hours.hold(time.fromisoformat(each)) for each in loud)


@pytest.mark.parametrize(
    "raw", ["22", "22-22", "25-7", "22-7-9", "22:60-7", "a-b", "-"]
)
def test_hours_that_are_none(raw: str) -> None:
    with pytest.raises(ValueError, match="two different times of day"):
        parsers.hours(raw)
