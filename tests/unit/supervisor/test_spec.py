"""What a worker is started with."""

import os
from pathlib import Path

import pytest

from coderbot.config.settings import Settings
from coderbot.redact import Secret
from coderbot.supervisor.spec import child_environment, control_spec, worker_specs

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


@pytest.mark.parametrize("name", ["TTS_API_KEY", "STT_API_KEY"])
def test_a_key_that_the_parent_has_wiped_still_reaches_the_worker(name: str) -> None:
    wanted = settings(**{name.lower(): Secret("sk-speech-0001")})
    spec = worker_specs(wanted, {}, "/py")[0]
    assert spec.environment[name] == "sk-speech-0001"


def test_the_control_bot_gets_its_token_and_no_key_of_a_service() -> None:
    its_own = Secret("333333333:" + "Cc3_" * 9)
    wanted = settings(
        control_bot_token=its_own,
        control_bot_admin_ids=(7,),
        tts_api_key=Secret("sk-speech-0001"),
        stt_api_key=Secret("sk-speech-0002"),
        inherited={"CONTROL_BOT_ADMIN_IDS": "7"},
        env_file=Path("/fleet/.env"),
    )
    spec = control_spec(wanted, {"PATH": "/bin"}, "/py", tokens_are_in_file=True)
    assert spec is not None
    assert spec.bot == "control"
    assert spec.argv == ("/py", "-u", "-m", "coderbot.controlbot")
    assert child_environment(spec, 5) == {
        "BOT_TOKEN": its_own.reveal(),
        "BOT_INDEX": "0",
        "CODERBOT_CHANNEL_FD": "5",
        "CODERBOT_STATE_DIR": "/state",
        "CODERBOT_ENV_FILE": "/fleet/.env",
        "CONTROL_BOT_ADMIN_IDS": "7",
        "PATH": "/bin",
    }
    fixed = control_spec(wanted, {}, "/py", tokens_are_in_file=False)
    assert fixed is not None
    assert "CODERBOT_ENV_FILE" not in fixed.environment


def test_workers_hear_nothing_of_the_control_bot() -> None:
    wanted = settings(inherited={"CONTROL_BOT_ADMIN_IDS": "7"})
    spec = worker_specs(wanted, {"CONTROL_BOT_QUIET_HOURS": "22-7"}, "/py")[0]
    assert set(spec.environment) == {"CODERBOT_STATE_DIR"}


def test_without_admins_there_is_no_control_bot() -> None:
    token = Secret("333333333:" + "Cc3_" * 9)
    for nobody in (settings(), settings(control_bot_token=token)):
        assert control_spec(nobody, {}, "/py", tokens_are_in_file=True) is None


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


def test_a_bot_with_replicas_has_a_receiver_and_workers() -> None:
    base = {"BOT_REPLICA": "7", "BOT_REPLICAS": "bot-0:9"}
    specs = worker_specs(settings(bot_replicas=(("bot-1", 2),)), base, "/py")
    assert [spec.bot for spec in specs] == ["bot-0", "bot-1", "bot-1.0", "bot-1.1"]
    sharing = [
        {k: v for k, v in child_environment(spec, 3).items() if "REPLICA" in k}
        for spec in specs
    ]
    assert sharing == [
        {},
        {"BOT_REPLICAS": "bot-1:2"},
        {"BOT_REPLICAS": "bot-1:2", "BOT_REPLICA": "0"},
        {"BOT_REPLICAS": "bot-1:2", "BOT_REPLICA": "1"},
    ]
