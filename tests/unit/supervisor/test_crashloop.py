"""Starts of bots that keep crashing, played through the machine by the minute."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coderbot.supervisor.crashloop import Bounds, CrashLoop
from coderbot.supervisor.machine import step
from coderbot.supervisor.spec import RestartPolicy
from coderbot.supervisor.state import (
    BackoffElapsed,
    BecameReady,
    BotMachine,
    BotState,
    Exited,
    SetTimer,
    Spawned,
    StartRequested,
)

BOUNDS = Bounds(60, 8)
PROMPT = RestartPolicy(restart_delay_s=0, restart_max_delay_s=0)
HOUR = 3_600.0


def starts(
    lives: float, policy: RestartPolicy, well: float | None = None
) -> list[float]:
    """Return when the processes of a bot start within an hour.

    Args:
        lives: How long each of them lives, in seconds.
        policy: Of the bot.
        well: How long the first lives; None: as long as all.
    """
    machine, now, found = BotMachine(), 0.0, []
    machine, _ = step(machine, StartRequested(), policy, now)
    while now < HOUR:
        found.append(now)
        machine, _ = step(machine, Spawned(len(found)), policy, now)
        machine, _ = step(machine, BecameReady(), policy, now)
        now += well if well is not None and len(found) == 1 else lives
        machine, actions = step(machine, Exited(1), policy, now)
        assert machine.state is BotState.BACKOFF
        (timer,) = [each for each in actions if isinstance(each, SetTimer)]
        assert machine.next_start_at == pytest.approx(now + timer.seconds)
        now += timer.seconds
        machine, _ = step(machine, BackoffElapsed(), policy, now)
    return found


def within(moments: list[float], begin: float, length: float) -> int:
    return sum(begin <= moment < begin + length for moment in moments)


@pytest.mark.parametrize("policy", [RestartPolicy(), PROMPT], ids=["default", "prompt"])
@pytest.mark.parametrize(
    ("lives", "well"), [(0.0, None), (1.2, None), (18.0, None), (0.0, 18.0)]
)
def test_a_loop_starts_eight_times_in_a_minute_and_then_once_a_minute(
    lives: float, well: float | None, policy: RestartPolicy
) -> None:
    found = starts(lives, policy, well)
    first_crash = found[0] + (lives if well is None else well)
    assert within(found, 0, 60) <= 8
    assert within(found, first_crash, 60) <= 8
    late = [moment for moment in found if moment >= first_crash + 60]
    gaps = [second - first for first, second in itertools.pairwise(late)]
    assert min(gaps) >= 60 - 1e-6
    # It is never given up either.
    assert max(gaps) <= 60 + lives + 60


def test_the_default_is_five_seconds_doubling_to_a_minute() -> None:
    assert starts(0, RestartPolicy())[:7] == [0, 5, 15, 35, 75, 135, 195]


def test_without_a_pause_all_of_the_window_is_used_at_once() -> None:
    found = starts(0.01, PROMPT)
    assert within(found, 0, 60) == 8
    assert found[1] == 0.01
    assert found[7] < 1
    assert found[8] == pytest.approx(60, abs=0.1)


@given(st.floats(0, 59), st.floats(0, 30), st.floats(0, 90))
def test_no_pause_and_no_length_of_life_breaks_the_bound(
    lives: float, first: float, longest: float
) -> None:
    policy = RestartPolicy(restart_delay_s=first, restart_max_delay_s=longest)
    found = starts(lives, policy)
    assert within(found, 0, 60) <= 8
    late = [moment for moment in found if moment >= lives + 60]
    for one, two in itertools.pairwise(late):
        assert two - one >= 60 - 1e-6


def test_a_start_is_never_earlier_than_wanted() -> None:
    loop = CrashLoop(0)
    assert loop.earliest(1, BOUNDS) == 1
    assert loop.earliest(500, BOUNDS) == 500
    assert loop.started(100).earliest(500, BOUNDS) == 500
