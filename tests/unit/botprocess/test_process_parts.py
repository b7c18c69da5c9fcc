"""Identity, channel, stop wish, clean start."""

import os
import re
import socket
from pathlib import Path

import pytest

from coderbot.botprocess.settings import (
    Identity,
    take_channel,
    take_identity,
    wipe_secrets,
)
from coderbot.botprocess.stopping import StopRequest
from coderbot.botprocess.vitals import rss_bytes
from coderbot.errors import ConfigError, ExitCode
from coderbot.worker.cleaning import clean_media_directory
from tests.fakes.sandbox import make_token


def test_identity_is_taken_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BOT_TOKEN", make_token(1).reveal())
    monkeypatch.setenv("BOT_INDEX", "3")
    identity = take_identity()
    assert identity.token == make_token(1)
    assert identity.index == 3
    assert "BOT_TOKEN" not in os.environ


def test_without_an_index_it_is_bot_0(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", make_token(1).reveal())
    monkeypatch.delenv("BOT_INDEX", raising=False)
    assert take_identity().index == 0


def test_the_token_of_its_number_is_taken_from_a_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("BOT_TOKEN", raising=False)
    tokens = ",".join(make_token(number).reveal() for number in (1, 2))
    monkeypatch.setenv("TELEGRAM_BOT_TOKENS", tokens)
    monkeypatch.setenv("BOT_INDEX", "1")
    assert take_identity() == Identity(make_token(2), 1)
    assert "TELEGRAM_BOT_TOKENS" not in os.environ


@pytest.mark.parametrize(
    ("listed", "index", "words"),
    [
        (make_token(1).reveal(), "1", "BOT_INDEX=1: TELEGRAM_BOT_TOKENS holds 1 token"),
        (f"{make_token(1).reveal()},123:short", "0", "TELEGRAM_BOT_TOKENS: token 2"),
    ],
)
def test_a_list_without_its_token_is_told(
    monkeypatch: pytest.MonkeyPatch, listed: str, index: str, words: str
) -> None:
    monkeypatch.delenv("BOT_TOKEN", raising=False)
    monkeypatch.setenv("TELEGRAM_BOT_TOKENS", listed)
    monkeypatch.setenv("BOT_INDEX", index)
    with pytest.raises(ConfigError, match=re.escape(words)) as caught:
        take_identity()
    assert "123:short" not in str(caught.value)
    assert make_token(1).reveal() not in str(caught.value)


@pytest.mark.parametrize(
    ("token", "index", "words"),
    [
        (None, "0", ["BOT_TOKEN is not set"]),
        ("123:short", "0", ["BOT_TOKEN is malformed"]),
        (None, "-1", ["BOT_TOKEN is not set", "BOT_INDEX=-1"]),
        (None, "x", ["BOT_INDEX=x"]),
    ],
)
def test_bad_identity_tells_every_problem(
    monkeypatch: pytest.MonkeyPatch, token: str | None, index: str, words: list[str]
) -> None:
    if token is None:
        monkeypatch.delenv("BOT_TOKEN", raising=False)
    else:
        monkeypatch.setenv("BOT_TOKEN", token)
    monkeypatch.setenv("BOT_INDEX", index)
    with pytest.raises(ConfigError) as caught:
        take_identity()
    for each in words:
        assert each in str(caught.value)
    assert "123:short" not in str(caught.value)


def test_channel_is_taken_and_not_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()
    theirs.set_inheritable(True)
    monkeypatch.setenv("CODERBOT_CHANNEL_FD", str(theirs.detach()))
    channel = take_channel()
    assert channel is not None
    with ours, channel:
        assert not channel.get_inheritable()
        assert "CODERBOT_CHANNEL_FD" not in os.environ


def test_no_channel_means_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CODERBOT_CHANNEL_FD", raising=False)
    assert take_channel() is None


@pytest.mark.parametrize("value", ["x", "99999"])
def test_bad_channel_is_a_configuration_error(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("CODERBOT_CHANNEL_FD", value)
    with pytest.raises(ConfigError):
        take_channel()


def test_every_secret_is_wiped(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TTS_API_KEY", "CONTROL_BOT_TOKEN", "TELEGRAM_BOT_TOKENS"):
        monkeypatch.setenv(name, "a secret value")
    wipe_secrets()
    assert "a secret value" not in os.environ.values()


def test_first_wish_to_stop_counts() -> None:
    stop = StopRequest()
    stop.ask(ExitCode.LOCKED_DOWN, "locked")
    stop.ask(ExitCode.OK, "SIGTERM")
    assert (stop.code, stop.reason) == (ExitCode.LOCKED_DOWN, "locked")


def test_rss_is_plausible() -> None:
    assert 10 << 20 < rss_bytes() < 4 << 30


def test_clean_start_deletes_everything_but_follows_no_link(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").touch()
    root = tmp_path / "bot-0"
    (root / "sent").mkdir(parents=True)
    (root / "sent" / "old.txt").touch()
    (root / "link").symlink_to(outside)
    clean_media_directory(root)
    assert not root.exists()
    assert (outside / "precious").exists()
    assert [record.message for record in caplog.records] == [
        f"Cleaning up media directory: {root}",
        "✅ Media directory cleaned",
    ]


def test_clean_start_refuses_a_link(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").touch()
    root = tmp_path / "bot-0"
    root.symlink_to(outside)
    clean_media_directory(root)
    assert (outside / "precious").exists()
    assert "symbolic link" in caplog.text


def test_clean_start_of_nothing(tmp_path: Path) -> None:
    clean_media_directory(tmp_path / "bot-0")
    assert list(tmp_path.iterdir()) == []
