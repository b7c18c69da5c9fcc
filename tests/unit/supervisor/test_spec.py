"""What a worker is started with."""

import os
from pathlib import Path

from coderbot.config.settings import Settings
from coderbot.redact import Secret
from coderbot.supervisor.spec import child_environment, worker_specs

TOKENS = (Secret("111111111:" + "Aa1-" * 9), Secret("222222222:" + "Bb2_" * 9))


def settings(**more: object) -> Settings:
    return Settings(bot_tokens=TOKENS, state_dir=Path("/state"), **more)  # type: ignore[arg-type]


def test_one_worker_for_each_token_in_order() -> None:
    specs = worker_specs(settings(), {}, "/py")
    assert [(spec.index, spec.bot) for spec in specs] == [(0, "bot-0"), (1, "bot-1")]
    assert tuple(spec.token for spec in specs) == TOKENS
    assert specs[0].argv == ("/py", "-u", "-m", "coderbot.worker")


def test_a_worker_gets_its_own_token_alone() -> None:
    base = {
        "TELEGRAM_BOT_TOKEN": TOKENS[1].reveal(),
        "TELEGRAM_BOT_TOKENS": "x",
        "CONTROL_BOT_TOKEN": "y",
        "BOT_TOKEN": TOKENS[1].reveal(),
        "BOT_INDEX": "9",
    }
    spec = worker_specs(settings(), base, "/py")[0]
    environment = child_environment(spec, 5)
    assert environment == {
        "BOT_TOKEN": TOKENS[0].reveal(),
        "BOT_INDEX": "0",
        "CODERBOT_CHANNEL_FD": "5",
        "CODERBOT_STATE_DIR": "/state",
    }


def test_no_token_in_arguments_nor_in_what_is_printed() -> None:
    specs = worker_specs(settings(tts_api_key=Secret("sk-speech-0001")), {}, "/py")
    for secret in (*(token.reveal() for token in TOKENS), "sk-speech-0001"):
        assert all(secret not in argument for argument in specs[0].argv)
        assert secret not in repr(specs)


def test_the_environment_wins_over_the_file() -> None:
    spec = worker_specs(
        settings(inherited={"AIRPLANE_MODE": "true", "M0": "hi"}),
        {"AIRPLANE_MODE": "false", "HOME": "/home/anna"},
        "/py",
    )[0]
    assert spec.environment["AIRPLANE_MODE"] == "false"
    assert spec.environment["M0"] == "hi"
    assert spec.environment["HOME"] == "/home/anna"


def test_a_key_that_the_parent_has_wiped_still_reaches_the_worker() -> None:
    spec = worker_specs(settings(tts_api_key=Secret("sk-speech-0001")), {}, "/py")[0]
    assert spec.environment["TTS_API_KEY"] == "sk-speech-0001"


def test_what_a_service_manager_says_is_for_the_parent() -> None:
    base = {
        "NODE_CHANNEL_FD": "3",
        "NODE_CHANNEL_SERIALIZATION_MODE": "json",
        "pm_id": "0",
        "PM2_HOME": "/x",
        "NOTIFY_SOCKET": "/run/x",
        "WATCHDOG_USEC": "1",
        "LISTEN_FDS": "1",
        "PATH": os.defpath,
    }
    spec = worker_specs(settings(), base, "/py")[0]
    assert set(spec.environment) == {"PATH", "CODERBOT_STATE_DIR"}
