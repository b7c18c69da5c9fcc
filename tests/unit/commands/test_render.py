"""What commands print."""

import json
from dataclasses import replace

import msgspec
import pytest

from coderbot.commands import render
from coderbot.commands.renderhosts import cluster_text, moves_text
from coderbot.commands.statusjson import status_json
from coderbot.control import words
from coderbot.control.naming import chosen, everyone
from coderbot.loglevel import Level
from coderbot.plaintext import one_line
from coderbot.supervisor.clusterview import (
    ClusterSnapshot,
    HostSnapshot,
    PlannedMove,
)
from coderbot.supervisor.controlwire import FleetStatus
from coderbot.supervisor.errors import UnknownBotError
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.lines import CONTROL, LogLine
from coderbot.supervisor.state import BotState

RUNNING = BotSnapshot(
    "bot-0",
    0,
    BotState.RUNNING,
    status="polling",
    username="alpha_bot",
    pid=4711,
    uptime_s=3725.5,
    rss_bytes=41_500_000,
    terminals=2,
)
WAITING = BotSnapshot(
    "bot-1",
    1,
    BotState.BACKOFF,
    reason="exit 1: no such file",
    restarts=12,
    crashes_in_row=3,
    next_start_in_s=9.9,
    last_exit="exit 1",
)
HOSTILE = BotSnapshot(
    "bot-2",
    2,
    BotState.FAILED,
    username="\x1b]0;owned\x07名前\u202e\r\n\x9bx" + "y" * 300,
    reason="\x1b[2J\x07line one\nline two  running ",
)


def fleet(*bots: BotSnapshot) -> FleetStatus:
    return FleetStatus(id=1, version="1.2.3", pid=99, uptime_s=61.2, bots=list(bots))


def test_the_control_bot_stands_apart() -> None:
    aide = replace(RUNNING, bot=CONTROL, username="ops_bot")
    status = msgspec.structs.replace(fleet(WAITING), control_bot=aide)
    lines = render.status_text(status, colour=False).splitlines()
    assert lines[1] == "Control bot: running, @ops_bot, pid 4711, up 1 h 02 m"
    shown = status_json(status)
    assert isinstance(shown["control_bot"], dict)
    assert shown["control_bot"]["id"] == CONTROL
    assert status_json(fleet(WAITING))["control_bot"] is None
    everybody = everyone(status)
    assert chosen([CONTROL], everybody) == [aide]
    assert chosen(["@OPS_bot"], everybody) == [aide]
    assert chosen(["all"], everybody) == [WAITING]


def test_the_table_is_aligned() -> None:
    text = render.status_text(fleet(RUNNING, WAITING), colour=False)
    assert text.splitlines() == [
        "CoderBot 1.2.3, pid 99, up 1 m 01 s",
        "",
        "BOT    NAME        STATE     PID    UPTIME  RESTARTS   MEMORY  TERMINALS  NOTE",
        "bot-0  @alpha_bot  running  4711  1 h 02 m         0  41.5 MB          2",
        "bot-1  -           backoff     -         -        12        -          0  "
        "exit 1: no such file; next start in 9 s",
    ]


def test_colours_do_not_move_columns() -> None:
    plain = render.status_text(fleet(RUNNING, WAITING), colour=False)
    coloured = render.status_text(fleet(RUNNING, WAITING), colour=True)
    assert "\x1b[32mrunning\x1b[0m" in coloured
    assert "\n".join(map(one_line, coloured.splitlines())) == plain


def test_a_hostile_name_is_only_drawn() -> None:
    text = render.status_text(fleet(RUNNING, HOSTILE), colour=False)
    assert len(text.splitlines()) == 5
    assert all(line.isprintable() for line in text.splitlines())
    assert "owned" not in text
    heading, first, second = text.splitlines()[2:]
    place = heading.index("STATE")
    assert first[place:].startswith("running")
    wide = render.width_of(second[: second.index("failed")])
    assert wide == place
    shown = render.bot_text(HOSTILE, colour=False)
    assert all(line.isprintable() for line in shown.splitlines())


def test_no_bots_are_said() -> None:
    assert render.status_text(fleet(), colour=False).endswith("No bots.")


def test_json_has_every_documented_field() -> None:
    found = json.loads(json.dumps(status_json(fleet(RUNNING, WAITING))))
    assert found["schema"] == 1
    assert found["supervisor"] == {"pid": 99, "uptime_s": 61.2, "version": "1.2.3"}
    assert found["bots"][0] == {
        "id": "bot-0",
        "username": "alpha_bot",
        "state": "running",
        "reason": "",
        "status": "polling",
        "pid": 4711,
        "uptime_s": 3725.5,
        "restarts": 0,
        "crashes_in_row": 0,
        "next_start_in_s": None,
        "rss_bytes": 41_500_000,
        "cpu_percent": None,
        "terminals": 2,
        "last_exit": "",
        "poll_age_s": None,
        "outbox_queued": 0,
        "counters": {
            "updates": 0,
            "messages": 0,
            "edits": 0,
            "deletes": 0,
            "flood_waits": 0,
            "outbox_dropped": 0,
            "outbox_wait_seconds": 0.0,
            "media_bytes": 0,
        },
        "host": "",
    }
    assert found["cluster"] is None


CLUSTER = ClusterSnapshot(
    "alpha",
    (
        HostSnapshot("alpha", "here", ("bot-0",), version="1.2.3", media_root="/srv"),
        HostSnapshot(
            "beta\x1b[31m", "gone", ("bot-1",), silent_s=61.4, labels=("gpu",)
        ),
    ),
    round_trip_ms=1.25,
    leases=2,
)


def test_hosts_stand_in_the_table_where_several_share_the_bots() -> None:
    status = msgspec.structs.replace(
        fleet(replace(RUNNING, host="alpha"), WAITING), cluster=CLUSTER
    )
    text = render.status_text(status, colour=False)
    lines = text.splitlines()
    assert lines[1] == "Host alpha of 1, not there: beta"
    assert lines[3].split()[:4] == ["BOT", "NAME", "HOST", "STATE"]
    assert lines[4].split()[2] == "alpha"
    assert lines[5].split()[2] == "-"
    document = status_json(status)
    assert document["cluster"]["hosts"][0]["bots"] == ["bot-0"]
    assert document["bots"][0]["host"] == "alpha"


def test_cluster_status() -> None:
    lines = cluster_text(CLUSTER, colour=False).splitlines()
    assert lines[0] == "Host alpha; Redis answers in 1.2 ms; 2 leases"
    assert lines[3].split()[:4] == ["alpha", "here", "1", "1"]
    assert lines[4].split() == [
        *("beta", "gone", "1", "1", "gpu"),
        *("61", "s", "ago", "-", "-"),
    ]
    trouble = replace(CLUSTER, trouble="ConnectionError")
    assert "Redis ConnectionError;" in cluster_text(trouble, colour=False)


def test_moves() -> None:
    assert moves_text([]) == "Every bot is where it belongs."
    moves = moves_text([PlannedMove("bot-1", "alpha", "beta")]).splitlines()
    assert moves == ["BOT    FROM   TO", "bot-1  alpha  beta"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.9, "0 s"),
        (59.9, "59 s"),
        (60, "1 m 00 s"),
        (3600, "1 h 00 m"),
        (9e4, "1 d 01 h"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1500, "1.5 kB"),
        (2_340_000, "2.3 MB"),
        (5e12, "5000 GB"),
    ],
)
def test_sizes(count: int, text: str) -> None:
    assert words.size(int(count)) == text


def test_a_line_of_a_log_is_one_line() -> None:
    text = "\x1b[31mred\x1b[0m\x1b]8;;http://x\x07link\rover"
    line = LogLine(7, 0.0, 0.0, "bot-0", 1, "out", Level.ERROR, text)
    drawn = render.line_text(line, colour=False)
    assert drawn == "1970-01-01T00:00:00.000Z [Worker bot-0] redlink over"
    assert render.line_text(line, colour=True) == f"\x1b[31m{drawn}\x1b[0m"


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["bot-1"], ["bot-1"]),
        (["@alpha_bot"], ["bot-0"]),
        (["ALPHA_BOT", "bot-0"], ["bot-0"]),
        (["bot-1", "bot-0"], ["bot-0", "bot-1"]),
        (["all"], ["bot-0", "bot-1"]),
    ],
)
def test_bots_are_named(names: list[str], found: list[str]) -> None:
    assert [bot.bot for bot in chosen(names, [RUNNING, WAITING])] == found


@pytest.mark.parametrize("name", ["bot-9", "@", "", "@beta", "bot-"])
def test_a_name_that_nobody_has_is_told(name: str) -> None:
    with pytest.raises(UnknownBotError, match="There is no bot") as error:
        chosen(["bot-0", name], [RUNNING, WAITING])
    assert error.value.hint == "Bots: bot-0 (@alpha_bot), bot-1."
