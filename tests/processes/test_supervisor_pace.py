"""How fast and how often workers are started, with real tiny workers."""

import os
import signal
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from coderbot.supervisor.crashloop import Bounds
from coderbot.supervisor.events import BotChanged, BotSnapshot
from coderbot.supervisor.state import BotState
from tests.fakes.children import READY_AND_WAIT
from tests.processes.supervised import QUICK, Fleet, fleet_of

PROMPT = replace(QUICK, restart_delay_s=0, restart_max_delay_s=0)
SLOW_BOOT = "time.sleep(0.15); ready(); wait()"


async def test_without_a_delay_the_replacement_runs_at_once() -> None:
    times = []
    async with fleet_of(*[READY_AND_WAIT] * 5, policy=PROMPT) as fleet:
        pids = [await fleet.running(index) for index in range(5)]
        for index, pid in enumerate(pids):
            began = time.monotonic()
            os.kill(pid, signal.SIGKILL)
            await fleet.until(lambda i=index: fleet.bot(i).run == 2)  # type: ignore[misc]
            times.append(time.monotonic() - began)
            await fleet.running(index, run=2)
    # Tens of milliseconds, which the benchmark measures; a pause of any policy
    # would show on the busiest machine.
    assert statistics.median(times) < 0.5


@pytest.mark.parametrize(
    "code", ["sys.exit(1)", "ready(); time.sleep(0.1); sys.exit(1)"]
)
async def test_a_crash_loop_without_a_delay_is_bounded_by_its_window(code: str) -> None:
    policy = replace(PROMPT, loop_bounds=Bounds(window_s=4, starts=5))
    async with fleet_of(code, policy=policy) as fleet:
        await fleet.until(lambda: fleet.bot().run == 7)
        starts = [line.mono for line in fleet.find("started, pid", "bot-0")]
        # On a busy machine the line of a start may come late; without a bound the next
        # start would be there within milliseconds.
        held_s = 4 - 1
        assert sum(start < starts[0] + held_s for start in starts) == 5
        assert starts[5] >= starts[0] + held_s
        assert starts[6] >= starts[5] + held_s
        assert fleet.find("restart in 4 s", "parent") or fleet.find(
            "restart in 3.", "parent"
        )


async def test_retry_now_does_not_wait_for_the_window() -> None:
    policy = replace(PROMPT, loop_bounds=Bounds(window_s=60, starts=3))
    async with fleet_of("sys.exit(1)", policy=policy) as fleet:
        held = await fleet.until_held(run=3)
        assert 50 < held <= 60
        await fleet.supervisor.start("bot-0")
        # And a person's start begins the count anew.
        assert 50 < await fleet.until_held(run=6) <= 60
        await fleet.supervisor.restart("bot-0")
        assert 50 < await fleet.until_held(run=9) <= 60


def booting(fleet: Fleet) -> Iterator[int]:
    """Yield how many workers were booting, after each change."""
    bots: dict[str, BotSnapshot] = {}
    for event in fleet.events:
        if isinstance(event, BotChanged):
            bots[event.snapshot.bot] = event.snapshot
            yield sum(bot.state is BotState.STARTING for bot in bots.values())


@pytest.mark.parametrize("limit", [1, 2])
async def test_no_more_boot_than_allowed_at_start_and_after_crashes(limit: int) -> None:
    policy = replace(QUICK, start_delay_s=0, start_concurrency=limit)
    async with fleet_of(*[SLOW_BOOT] * 5, policy=policy) as fleet:
        pids = [await fleet.running(index) for index in range(5)]
        assert max(booting(fleet)) == limit
        fleet.events.clear()
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        for index in range(5):
            await fleet.running(index, run=2)
        assert max(booting(fleet)) == limit


async def test_a_bot_that_is_offline_holds_nobody_up() -> None:
    offline = 'send(type="status", state="offline", detail="no route"); wait()'
    policy = replace(QUICK, start_delay_s=0)
    began = time.monotonic()
    async with fleet_of(
        offline, READY_AND_WAIT, READY_AND_WAIT, policy=policy
    ) as fleet:
        await fleet.running(1)
        await fleet.running(2)
        assert fleet.bot(0).state is BotState.STARTING
        assert time.monotonic() - began < 5


async def test_a_stop_while_waiting_for_the_turn_cancels_the_start() -> None:
    mute = "wait()"
    policy = replace(QUICK, start_delay_s=0, restart_delay_s=0, start_concurrency=1)
    async with fleet_of(READY_AND_WAIT, mute, policy=policy) as fleet:
        first = await fleet.running(0)
        await fleet.state(BotState.STARTING, 1)
        os.kill(first, signal.SIGKILL)
        await fleet.state(BotState.BACKOFF, 0)
        await fleet.supervisor.stop("bot-0")
        assert fleet.bot(0).state is BotState.STOPPED
        await fleet.supervisor.kill("bot-1")
        await fleet.supervisor.start("bot-1")
        assert fleet.bot(0).run == 1
        # A person need not wait.
        await fleet.supervisor.start("bot-0")
        await fleet.running(0, run=2)
