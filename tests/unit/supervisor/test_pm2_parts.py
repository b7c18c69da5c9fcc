"""What PM2 sends, and what it leaves in the environment."""

import os

import pytest

from coderbot.supervisor.pm2env import without_pm2
from coderbot.supervisor.pm2wire import (
    MAX_ARGUMENT,
    MAX_MESSAGE_BYTES,
    Lines,
    Shutdown,
    Trigger,
    read_message,
)
from coderbot.supervisor.systemd import ping_interval_s


def test_without_pm2_an_environment_is_as_it_was() -> None:
    user = {"name": "anna", "status": "fine", "port": "1", "PM2_HOME": "/x"}
    assert without_pm2(user) == user


def test_what_pm2_puts_there_is_taken_out_and_nothing_else() -> None:
    pm2 = {
        "pm_id": "0",
        "pm_exec_path": "/x",
        "axm_options": "1",
        "PM2_USAGE": "CLI",
        "NODE_CHANNEL_FD": "3",
        "NODE_CHANNEL_SERIALIZATION_MODE": "json",
        "instance_var": "WHICH",
        "WHICH": "0",
        "name": "fleet",
        "fleet": "{}",
        "unique_id": "83c4",
        "username": "root",
        "kill_timeout": "16000",
        "status": "launching",
    }
    user = {"PATH": os.defpath, "http_proxy": "http://x", "NAME": "a", "NODE_ENV": "b"}
    assert without_pm2({**user, **pm2}) == user
    # A variable that only has the name of the program is the user's.
    named = {**pm2, "fleet": "blue"}
    assert without_pm2({**user, **named}) == {**user, "fleet": "blue"}


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (
            b'{"msg":"restart","opts":"bot-1","name":"coderbot"}',
            Trigger("restart", "bot-1"),
        ),
        (b'{"msg":"restart","id":"0"}', Trigger("restart", "")),
        (b'"restart"', Trigger("restart", "")),
        (b'"shutdown"', Shutdown()),
        (b'{"msg":"restart","opts":["bot-1"]}', None),
        (b'{"msg":null}', None),
        (b"{", None),
        (b"\xff", None),
        (b"[" * 5000, None),
    ],
)
def test_a_message(line: bytes, wanted: object) -> None:
    assert read_message(line) == wanted


def test_an_argument_is_bounded() -> None:
    order = read_message(b'{"msg":"restart","opts":"' + b"x" * 5000 + b'"}')
    assert order == Trigger("restart", "x" * MAX_ARGUMENT)


def test_lines_whatever_the_chunks() -> None:
    stream = b"one\n" + b"x" * (MAX_MESSAGE_BYTES + 5) + b"\ntwo\n\nthree"
    for size in (1, 7, 1000, len(stream)):
        lines, found = Lines(), []
        for start in range(0, len(stream), size):
            found += lines.feed(stream[start : start + size])
        assert found == [b"one", b"two", b""]
        assert len(lines._rest) <= MAX_MESSAGE_BYTES


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_how_often_the_watchdog_is_fed(
    environment: dict[str, str], wanted: float | None
) -> None:
    assert ping_interval_s(environment, 7) == wanted
