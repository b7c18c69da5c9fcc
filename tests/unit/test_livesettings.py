"""What a second look at the settings finds."""

from pathlib import Path

import pytest

from coderbot.config.load import load_settings
from coderbot.errors import CoderBotError
from coderbot.livesettings import LiveSettings
from coderbot.redact import Secret
from tests.fakes.cluster import KEY
from tests.fakes.sandbox import make_token

WIPED = {
    "CLUSTER_REDIS_URL": "redis://127.0.0.1:6379",
    "CLUSTER_KEY": KEY,
    "WEBHOOK_SECRET": "3f9a0c5d7be14826a1d0c4e95b7f2386",
    "STT_API_KEY": "s" * 20,
}


def secrets(**values: str) -> dict[str, Secret]:
    return {name: Secret(value) for name, value in values.items()}


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    path = tmp_path / ".env"
    path.write_text(
        f"TELEGRAM_BOT_TOKENS={make_token(1).reveal()}\nALLOWED_USER_IDS=1\n"
        f"MEDIA_TMP_LOCATION={tmp_path}\n"
    )
    path.chmod(0o600)
    return path


def test_secrets_of_the_environment_are_still_good_after_they_were_wiped(
    env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with env_file.open("a") as file:
        file.write("WEBHOOK_URL=https://bots.example.org\n")
    with monkeypatch.context() as environment:
        for name, value in WIPED.items():
            environment.setenv(name, value)
        first = load_settings(env_file)
    live = LiveSettings(first, secrets(**WIPED))
    # Without them the fleet would poll beside other hosts, and not hear webhooks.
    (before,) = live.read().specs
    live.take()
    assert before.is_leased
    for name, value in WIPED.items():
        assert before.environment[name] == value
    assert live.current.secrets == first.secrets


def test_tokens_of_the_environment_cannot_be_read_anew(env_file: Path) -> None:
    wiped = secrets(TELEGRAM_BOT_TOKENS=make_token(1).reveal())
    live = LiveSettings(load_settings(env_file), wiped)
    with pytest.raises(CoderBotError, match=r"environment \(TELEGRAM_BOT_TOKENS\)"):
        live.read()


def test_an_empty_variable_holds_no_token(env_file: Path) -> None:
    live = LiveSettings(load_settings(env_file), secrets(CONTROL_BOT_TOKEN=""))
    assert len(live.read().specs) == 1
