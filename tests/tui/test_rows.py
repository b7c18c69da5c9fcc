"""From snapshots to cells."""

from dataclasses import replace

import pytest

from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.state import BotState
from coderbot.tui import rows
from coderbot.tui.columns import placed
from coderbot.tui.plain import fitted
from coderbot.tui.rows import Cell
from tests.fakes.supervisor import a_bot


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3.0, "0s"),  # a clock that was read too early
        (0.0, "0s"),
        (59.9, "59s"),
        (60.0, "1m 00s"),
        (3_599.0, "59m 59s"),
        (3_600.0, "1h 00m"),
        (86_399.0, "23h 59m"),
        (86_400.0, "1d 00h"),
        (86_400.0 * 99 + 7_200, "99d 02h"),
        (86_400.0 * 12_345, "12345d"),  # no hours: it would be too long
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert rows.duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1.0, "0s"),
        (0.0, "0s"),
        (0.01, "1s"),  # never 0 before it is due
        (4.2, "5s"),
        (59.1, "1m 00s"),
    ],
)
def test_countdown(seconds: float, text: str) -> None:
    assert rows.countdown(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1_023, "1023 B"),
        (1_024, "1.0 kB"),
        (1_535, "1.5 kB"),
        (10 * 2**20, "10 MB"),
        (int(9.96 * 2**20), "10 MB"),  # not "10.0 MB"
        (48 * 2**20, "48 MB"),
        (2**30 - 1, "1.0 GB"),  # not "1024 MB"
        (3 * 2**40, "3.0 TB"),
        (2**70, "1048576 PB"),  # there is no larger unit
    ],
)
def test_size(count: int, text: str) -> None:
    assert rows.size(count) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 files"), (1, "1 file"), (1_204, "1,204 files")]
)
def test_counted(count: int, text: str) -> None:
    assert rows.counted(count, "file") == text


@pytest.mark.parametrize(
    ("fields", "cell"),
    [
        ({"state": BotState.RUNNING}, Cell("● running", "good")),
        ({"state": BotState.STARTING}, Cell("◐ starting", "busy")),
        ({"state": BotState.STOPPED}, Cell("○ stopped", "muted")),
        ({"state": BotState.FAILED}, Cell("✖ failed", "bad")),
        ({"state": BotState.STOPPING}, Cell("◌ stopping", "special")),
        ({"state": BotState.BACKOFF}, Cell("↻ backoff", "warning")),
        (
            {"state": BotState.BACKOFF, "next_start_in_s": 4.2},
            Cell("↻ backoff 5s", "warning"),
        ),
        # a countdown belongs to no other state
        (
            {"state": BotState.RUNNING, "next_start_in_s": 4.2},
            Cell("● running", "good"),
        ),
    ],
)
def test_state(fields: dict[str, object], cell: Cell) -> None:
    state = fields.pop("state")
    assert isinstance(state, BotState)
    assert rows.state_cell(a_bot(0, state, **fields)) == cell


@pytest.mark.parametrize(
    ("bot", "cell"),
    [
        (a_bot(0, username=""), Cell("·", "muted")),
        (a_bot(0, username="x_bot"), Cell("@x_bot", "strong")),
        (a_bot(0, BotState.FAILED, username="x_bot"), Cell("@x_bot", "muted")),
        # joiner, selector, escape and direction marks are gone
        (a_bot(0, username="👩\u200d💻\ufe0f\x1b[2J\u202ex"), Cell("@👩💻x", "strong")),
    ],
)
def test_username(bot: BotSnapshot, cell: Cell) -> None:
    assert rows.username_cell(bot) == cell


@pytest.mark.parametrize(
    ("bot", "cell"),
    [
        (a_bot(0), Cell("polling", "plain")),
        (a_bot(0, status="conflict"), Cell("conflict", "warning")),
        (a_bot(0, status="offline"), Cell("offline", "bad")),
        (a_bot(0, status="odd\nnews"), Cell("odd news", "plain")),
        (a_bot(0, status=""), Cell("·", "muted")),
        # what a dead worker said last is not so any more
        (a_bot(0, BotState.BACKOFF, status="polling"), Cell("·", "muted")),
    ],
)
def test_status(bot: BotSnapshot, cell: Cell) -> None:
    assert rows.status_cell(bot) == cell


@pytest.mark.parametrize(
    ("bot", "cell"),
    [
        (a_bot(0), Cell("", "muted")),
        (a_bot(0, BotState.STOPPED, last_exit="exit 0"), Cell("exit 0", "muted")),
        # restarted on request: nothing went wrong
        (a_bot(0, last_exit="exit 0"), Cell("", "muted")),
        (a_bot(0, last_exit="SIGKILL"), Cell("SIGKILL", "muted")),
        (a_bot(0, BotState.FAILED, reason="no\ntoken"), Cell("no token", "bad")),
        (a_bot(0, BotState.BACKOFF, reason="boom"), Cell("boom", "warning")),
        (a_bot(0, reason="an old one"), Cell("an old one", "muted")),
    ],
)
def test_error(bot: BotSnapshot, cell: Cell) -> None:
    assert rows.error_cell(bot) == cell


@pytest.mark.parametrize(
    ("bot", "words"),
    [
        (a_bot(0, terminals=1), ["pid 4200", "1 terminal", "run 1"]),
        (
            a_bot(0, media_pending=2, poll_age_s=3.0, loop_lag_ms=1.6, run=0),
            [
                "pid 4200",
                "0 terminals",
                "2 files to send",
                "polled 3s ago",
                "lag 2 ms",
            ],
        ),
        (
            a_bot(
                0, BotState.BACKOFF, reason="boom", last_exit="exit 1", crashes_in_row=3
            ),
            ["boom", "ended with exit 1", "3 crashes in a row", "run 1"],
        ),
        (a_bot(0, BotState.STOPPED, run=0), []),
    ],
)
def test_detail(bot: BotSnapshot, words: list[str]) -> None:
    assert rows.detail(bot) == words


def test_summary_counts_only_what_lives() -> None:
    bots = [
        a_bot(0, rss_bytes=10, terminals=2, restarts=1),
        a_bot(1, BotState.STARTING, rss_bytes=None),
        a_bot(2, BotState.FAILED, rss_bytes=99, terminals=9, restarts=4),
    ]
    fleet = rows.summary(bots)
    assert (fleet.total, fleet.running, fleet.restarts) == (3, 1, 5)
    assert (fleet.rss_bytes, fleet.terminals) == (10, 2)
    assert fleet.states == (BotState.RUNNING, BotState.STARTING, BotState.FAILED)


def test_what_is_measured_all_the_time_is_no_news() -> None:
    bot = a_bot(0)
    assert rows.only_measures(bot, replace(bot, uptime_s=9.0, cpu_percent=3.0))
    assert not rows.only_measures(bot, replace(bot, restarts=9))


def test_sparkline_has_a_fixed_scale() -> None:
    assert rows.sparkline([0, 1, 2, 3, 50, 100_000]) == " ▁▁▂▄█"


@pytest.mark.parametrize("width", range(30, 260))
def test_columns_fill_the_width_and_no_more(width: int) -> None:
    columns = placed(width)
    used = sum(place.width + place.gap for place in columns)
    assert used == width if width >= 60 else used <= max(width, 60)


@pytest.mark.parametrize(
    ("width", "keys"),
    [
        (79, "bot username state status uptime restarts memory error"),
        (
            119,
            "bot username state status pid uptime restarts cpu memory terminals media error",
        ),
        (
            199,
            "bot username state status pid uptime restarts cpu memory terminals media"
            " polled lag lines error",
        ),
    ],
)
def test_columns_by_width(width: int, keys: str) -> None:
    assert [place.column.key for place in placed(width)] == keys.split()


@pytest.mark.parametrize(
    ("text", "width", "right", "result"),
    [
        ("abc", 5, False, "abc  "),
        ("abc", 5, True, "  abc"),
        ("abcdef", 5, False, "abcd…"),
        ("漢字漢字", 8, False, "漢字漢字"),
        ("漢字漢字", 6, False, "漢字 …"),  # half a character is a space
        ("abc", 1, False, "…"),
        ("abc", 0, False, ""),
    ],
)
def test_fitted(text: str, width: int, right: bool, result: str) -> None:
    assert fitted(text, width, right=right) == result
