"""Workers that live but are of no use, with real tiny workers."""

import os
import signal
import time
from dataclasses import replace

import pytest

from coderbot.supervisor.state import BotState
from tests.fakes.children import READY_AND_WAIT
from tests.processes.supervised import QUICK, alive, fleet_of, gone

WATCHED = replace(QUICK, hang_timeout_s=0.6)
BEAT = """
def beat(poll_age_s=0):
    send(type="heartbeat", uptime_s=1, rss_bytes=1, terminals=0, loop_lag_ms=0,
         poll_age_s=poll_age_s, media_pending=0)
"""
ANSWERING = BEAT + "ready()\nwhile channel.recv(1000): beat()"
"""A worker that is silent until it is asked."""


async def test_a_stopped_worker_is_ended_and_started_again() -> None:
    async with fleet_of(ANSWERING, policy=WATCHED) as fleet:
        first = await fleet.running()
        os.kill(first, signal.SIGSTOP)
        began = time.monotonic()
        crashed = await fleet.state(BotState.BACKOFF)
        assert crashed.reason == "hung: no heartbeat for 0.6 s"
        # Woken by SIGCONT, it heard SIGTERM.
        assert crashed.last_exit == "SIGTERM"
        assert 0.5 < time.monotonic() - began < 3
        second = await fleet.running(run=2)
        assert second != first
        assert gone(first)
        assert fleet.bot().crashes_in_row == 1
        assert fleet.find("bot-0 is hung: no heartbeat for 0.6 s", "parent")


async def test_a_busy_loop_shows_its_stacks_and_is_killed() -> None:
    code = """
import faulthandler
faulthandler.register(signal.SIGUSR1, all_threads=True)
ignore("SIGTERM")
def spinning_for_ever():
    while True: pass
ready(); spinning_for_ever()
"""
    async with fleet_of(code, policy=WATCHED) as fleet:
        first = await fleet.running()
        crashed = await fleet.state(BotState.BACKOFF)
        assert crashed.last_exit == "SIGKILL"
        assert crashed.reason.startswith("hung: ")
        assert fleet.find("in spinning_for_ever", "bot-0")
        assert gone(first)


async def test_a_worker_that_answers_is_left_alone() -> None:
    async with fleet_of(ANSWERING, policy=WATCHED) as fleet:
        first = await fleet.running()

        def three_limits_later() -> bool:
            age = fleet.bot().uptime_s or 0
            return age > 3 * WATCHED.hang_timeout_s

        await fleet.until(three_limits_later)
        assert alive(first)
        assert fleet.bot().run == 1


async def test_a_limit_of_nothing_watches_nobody() -> None:
    codes = (READY_AND_WAIT, BEAT + "ready()\nwhile True: time.sleep(0.2); beat()")
    async with fleet_of(*codes, policy=replace(QUICK, hang_timeout_s=0)) as fleet:
        first = await fleet.running()
        await fleet.running(1)
        # The beats of the second tell that time goes by.
        await fleet.until(lambda: (fleet.bot(1).uptime_s or 0) > 2)
        assert alive(first)
        assert fleet.bot().run == 1


async def test_a_worker_that_hangs_before_it_is_ready_is_caught_once_heard() -> None:
    async with fleet_of(BEAT + "beat(); time.sleep(60)", policy=WATCHED) as fleet:
        crashed = await fleet.state(BotState.BACKOFF)
        assert crashed.reason.startswith("hung: ")


DEAF = replace(QUICK, hang_timeout_s=5, deaf_after_s=180)


async def test_a_deaf_worker_is_ended_in_good_order_and_started_again() -> None:
    code = BEAT + "on_term(lambda: sys.exit(0)); ready(); beat(200); wait()"
    async with fleet_of(code, policy=DEAF) as fleet:
        crashed = await fleet.state(BotState.BACKOFF)
        assert crashed.reason == "deaf: no getUpdates for 180 s"
        assert crashed.last_exit == "exit 0"
        await fleet.running(run=2)


@pytest.mark.parametrize("state", ["offline", "conflict"])
async def test_who_says_why_it_hears_nothing_is_left_alone(state: str) -> None:
    code = f"""
ready()
send(type="status", state="{state}", detail="said why")
beat(500)
time.sleep(1.5)
send(type="status", state="polling")
time.sleep(1.5)
print("unharmed", flush=True)
wait()
"""
    async with fleet_of(BEAT + code, policy=DEAF) as fleet:
        await fleet.line("unharmed")
        assert fleet.bot().run == 1
        assert fleet.bot().state is BotState.RUNNING


async def test_the_descendants_of_a_worker_that_hangs_end_with_it() -> None:
    code = "print('hidden', grandchild('SIGHUP', 'SIGTERM')); ready(); time.sleep(60)"
    async with fleet_of(code, policy=WATCHED) as fleet:
        hidden = int((await fleet.line("hidden")).text.split()[1])
        await fleet.state(BotState.BACKOFF)
        assert gone(hidden)
