"""What the supervisor says of a bot's life."""

from dataclasses import replace

import pytest

from coderbot.loglevel import Level
from coderbot.supervisor.announce import announce, describe_run
from coderbot.supervisor.exits import describe_duration, describe_exit
from coderbot.supervisor.state import After, BotMachine, BotState

NOW = 50.0
SPAWNING = BotMachine(state=BotState.STARTING)
STARTING = replace(SPAWNING, pid=7, runs=1, started_at=NOW - 1.2)
RUNNING = replace(STARTING, state=BotState.RUNNING)
STOPPING = replace(RUNNING, state=BotState.STOPPING)
GONE = replace(RUNNING, pid=None, last_exit="exit 0")
AGAIN = replace(STARTING, is_restart=True, runs=3, restarts=2)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (SPAWNING, STARTING, "bot-0 started: pid 7"),
        (SPAWNING, AGAIN, "bot-0 started: pid 7, restart 2"),
        (STARTING, RUNNING, "bot-0 is ready after 1.2 s"),
        (RUNNING, STOPPING, "bot-0 is stopping"),
        (RUNNING, replace(STOPPING, after=After.RESTART), "bot-0 is restarting"),
        (
            STARTING,
            replace(STOPPING, after=After.CRASH, reason="not READY within 60 s"),
            "bot-0 is not READY within 60 s; it is ended",
        ),
        (STOPPING, replace(GONE, state=BotState.STOPPED), "bot-0 stopped (exit 0)"),
        (
            RUNNING,
            replace(GONE, state=BotState.STOPPED),
            "bot-0 stopped by itself (exit 0)",
        ),
        (
            BotMachine(state=BotState.BACKOFF),
            BotMachine(),
            "bot-0 stopped; it is not restarted",
        ),
        (
            RUNNING,
            replace(
                GONE,
                state=BotState.BACKOFF,
                reason="SIGKILL",
                crashes_in_row=2,
                next_start_at=NOW + 10,
            ),
            "bot-0 crashed: SIGKILL; restart in 10 s (crash 2 in a row)",
        ),
        (
            RUNNING,
            replace(GONE, state=BotState.FAILED, reason="locked"),
            "bot-0 failed: locked; it is not restarted by itself",
        ),
        # Nothing that anybody would want to read.
        (BotMachine(), SPAWNING, None),
        (STOPPING, replace(STOPPING, after=After.RESTART), None),
    ],
)
def test_said(before: BotMachine, after: BotMachine, said: str | None) -> None:
    found = announce("bot-0", before, after, NOW)
    assert (found and found[1]) == said


def test_crashes_are_errors() -> None:
    crashed = replace(GONE, state=BotState.BACKOFF)
    found = announce("bot-0", RUNNING, crashed, NOW)
    assert found is not None
    assert found[0] is Level.ERROR


def test_a_run_in_words() -> None:
    assert describe_run(RUNNING, GONE, NOW) == "exit 0 after 1.2 s"


@pytest.mark.parametrize(
    ("code", "words"),
    [(0, "exit 0"), (3, "exit 3"), (-9, "SIGKILL"), (-99, "signal 99")],
)
def test_exits_in_words(code: int, words: str) -> None:
    assert describe_exit(code) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (119, "119 s"),
        (300, "5 min"),
        (12_000, "3 h 20 min"),
    ],
)
def test_durations_in_words(seconds: float, words: str) -> None:
    assert describe_duration(seconds) == words
