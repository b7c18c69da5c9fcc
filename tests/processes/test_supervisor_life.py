"""The life of a bot, with real tiny workers."""

import errno
import os
import signal
import time
from dataclasses import replace

import pytest

from coderbot.supervisor.errors import UnknownBotError
from coderbot.supervisor.spec import WorkerSpec
from coderbot.supervisor.state import BotState
from tests.fakes.children import GRACEFUL, READY_AND_WAIT, worker
from tests.processes.supervised import QUICK, alive, descriptors, fleet_of, gone


async def test_running_only_after_ready() -> None:
    code = "channel.recv(100); ready(); wait()"
    async with fleet_of(code) as fleet:
        starting = await fleet.state(BotState.STARTING)
        await fleet.until(lambda: fleet.bot().pid)
        assert starting.username == ""
        runner = fleet.supervisor._runners["bot-0"]
        assert runner._run is not None
        assert runner._run.child.send(b'{"type":"ping"}\n')
        running = await fleet.state(BotState.RUNNING)
        assert (running.username, running.full_name) == ("bot0", "Bot 0")
        assert (running.run, running.restarts, running.crashes_in_row) == (1, 0, 0)
        assert running.uptime_s is not None
        await fleet.line("bot-0 is ready after", "parent")


async def test_a_crash_is_followed_by_pauses_that_double() -> None:
    async with fleet_of("print('boom', flush=True); sys.exit(3)") as fleet:
        await fleet.state(BotState.BACKOFF, run=4)
        runs = [line for line in fleet.lines("bot-0") if "started, pid" in line.text]
        ends = [line for line in fleet.lines("bot-0") if "ended: exit 3" in line.text]
        pauses = [
            start.mono - end.mono for end, start in zip(ends, runs[1:], strict=False)
        ]
        for pause, wanted in zip(pauses, (0.1, 0.2, 0.4), strict=True):
            assert wanted <= pause < wanted + 1
        last = fleet.bot()
        assert (last.restarts, last.crashes_in_row, last.last_exit) == (3, 4, "exit 3")
        assert last.reason == "exit 3"
        assert last.next_start_in_s is not None
        assert last.next_start_in_s <= 0.4
        assert [line.run for line in fleet.find("boom")] == [1, 2, 3, 4]


async def test_the_last_error_is_part_of_the_reason() -> None:
    code = "ready(); print('<3>[bot-0] the disk is full', flush=True); sys.exit(1)"
    async with fleet_of(code) as fleet:
        bot = await fleet.state(BotState.BACKOFF)
        assert bot.reason == "exit 1: the disk is full"
    async with fleet_of("raise ValueError('no luck')") as fleet:
        bot = await fleet.state(BotState.BACKOFF)
        assert bot.reason == "exit 1: ValueError: no luck"


async def test_back_to_the_first_pause_after_stable_running() -> None:
    code = "ready(); time.sleep(0.3); os._exit(1)"
    async with fleet_of(code, policy=replace(QUICK, stable_after_s=0.2)) as fleet:
        bot = await fleet.state(BotState.BACKOFF, run=3)
        assert bot.crashes_in_row == 1


async def test_death_by_a_signal_is_a_crash() -> None:
    async with fleet_of(READY_AND_WAIT) as fleet:
        first = await fleet.running()
        os.kill(first, signal.SIGKILL)
        second = await fleet.running(run=2)
        assert second != first
        bot = fleet.bot()
        assert (bot.restarts, bot.last_exit, bot.reason) == (1, "SIGKILL", "")
        assert gone(first)
        assert fleet.find("bot-0 crashed: SIGKILL; restart in 0.1 s", "parent")
        assert fleet.find(f"started: pid {second}, restart 1", "parent")


async def test_a_worker_that_ends_by_itself_with_0_stays_away() -> None:
    async with fleet_of("ready(); sys.exit(0)") as fleet:
        await fleet.line("bot-0 stopped by itself (exit 0)", "parent")
        assert fleet.bot().state is BotState.STOPPED
        assert fleet.bot().next_start_in_s is None


@pytest.mark.parametrize("code", [77, 78])
async def test_a_worker_that_must_not_be_restarted_has_failed(code: int) -> None:
    words = "print('the token is revoked', file=sys.stderr, flush=True)"
    async with fleet_of(f"{words}; sys.exit({code})") as fleet:
        bot = await fleet.state(BotState.FAILED)
        assert f"exit {code}" in bot.reason
        assert bot.next_start_in_s is None
        await fleet.supervisor.start("bot-0")
        assert fleet.bot().run == 2
        await fleet.state(BotState.FAILED, run=2)


async def test_not_ready_in_time_is_a_crash() -> None:
    async with fleet_of("wait()", policy=replace(QUICK, ready_timeout_s=0.2)) as fleet:
        bot = await fleet.state(BotState.BACKOFF)
        assert bot.reason == "not READY within 0.2 s"
        assert bot.last_exit == "SIGKILL"


async def test_a_worker_that_cannot_reach_telegram_is_given_time() -> None:
    # Its heartbeats span several times the limit, and each says: still offline.
    code = """
send(type="status", state="offline", detail="no route")
for _ in range(20):
    send(type="heartbeat", uptime_s=1, rss_bytes=1, terminals=0, loop_lag_ms=0,
         poll_age_s=0, media_pending=0)
    time.sleep(0.1)
send(type="status", state="polling")
ready(); wait()
"""
    async with fleet_of(code, policy=replace(QUICK, ready_timeout_s=0.6)) as fleet:
        await fleet.until(lambda: fleet.bot().reason == "no route")
        bot = await fleet.state(BotState.RUNNING)
        assert (bot.run, bot.crashes_in_row, bot.reason) == (1, 0, "")


async def test_a_program_that_does_not_exist_is_a_crash() -> None:
    spec = WorkerSpec(0, worker("").token, ("/nonexistent/python",), {})
    async with fleet_of(spec) as fleet:
        bot = await fleet.state(BotState.BACKOFF)
        assert "cannot be started" in bot.reason
        assert (bot.run, bot.pid) == (0, None)


async def test_stop_start_restart_and_kill_return_when_they_are_done() -> None:
    async with fleet_of(GRACEFUL) as fleet:
        supervisor = fleet.supervisor
        first = await fleet.running()
        await supervisor.stop("bot-0")
        assert fleet.bot().state is BotState.STOPPED
        assert gone(first)
        assert fleet.bot().last_exit == "exit 0"
        await supervisor.stop("bot-0")
        await supervisor.start("bot-0")
        second = fleet.bot().pid
        assert second
        assert alive(second)
        await fleet.running(run=2)
        await supervisor.start("bot-0")
        assert fleet.bot().pid == second
        await supervisor.restart("bot-0")
        assert fleet.bot().run == 3
        assert gone(second)
        third = await fleet.running(run=3)
        await supervisor.kill("bot-0")
        assert gone(third)
        assert fleet.bot().state is BotState.STOPPED
        assert fleet.bot().last_exit == "SIGKILL"
        # Of the three starts after the first, one was asked for as a restart.
        assert fleet.bot().restarts == 1


async def test_stop_during_the_pause_cancels_the_start() -> None:
    policy = replace(QUICK, restart_delay_s=5, restart_max_delay_s=5)
    async with fleet_of("sys.exit(1)", policy=policy) as fleet:
        await fleet.state(BotState.BACKOFF)
        await fleet.supervisor.stop("bot-0")
        assert fleet.bot().state is BotState.STOPPED
        await fleet.supervisor.restart("bot-0")
        assert fleet.bot().run == 2
        assert (await fleet.state(BotState.BACKOFF, run=2)).crashes_in_row == 1


async def test_an_unknown_bot_is_refused_with_the_names_of_those_that_exist() -> None:
    async with fleet_of(READY_AND_WAIT) as fleet:
        supervisor = fleet.supervisor
        for ask in (
            supervisor.start,
            supervisor.stop,
            supervisor.kill,
            supervisor.restart,
            supervisor.media_usage,
            supervisor.clean_media,
        ):
            with pytest.raises(UnknownBotError, match="bot-7") as caught:
                await ask("bot-7")
            assert "bot-0" in caught.value.hint
        with pytest.raises(UnknownBotError):
            supervisor.lines("bot-7")


async def test_without_process_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    # As on macOS.
    monkeypatch.delattr(os, "pidfd_open")
    code = "print('hidden', grandchild('SIGHUP', 'SIGTERM')); ready(); wait()"
    async with fleet_of(code) as fleet:
        first = await fleet.running()
        hidden = int((await fleet.line("hidden")).text.split()[1])
        os.kill(first, signal.SIGKILL)
        await fleet.running(run=2)
        assert gone(first)
        assert gone(hidden)
        await fleet.supervisor.stop("bot-0")
        assert fleet.bot().last_exit == "SIGTERM"


async def test_a_child_that_cannot_be_watched_is_not_left_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(pid: int) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    before = descriptors()
    with monkeypatch.context() as patch:
        patch.setattr(os, "pidfd_open", fail)
        async with fleet_of(READY_AND_WAIT) as fleet:
            bot = await fleet.state(BotState.BACKOFF)
            assert "Too many open files" in bot.reason
    assert descriptors() == before


async def test_fifty_restarts_leave_no_descriptor_and_no_zombie() -> None:
    async with fleet_of(READY_AND_WAIT) as fleet:
        await fleet.running()
        before = descriptors()
        for run in range(2, 52):
            await fleet.supervisor.restart("bot-0")
            await fleet.running(run=run)
        assert descriptors() == before
        assert fleet.bot().restarts == 50


async def test_death_is_told_within_fifty_milliseconds() -> None:
    async with fleet_of(READY_AND_WAIT) as fleet:
        times = []
        for run in range(1, 6):
            pid = await fleet.running(run=run)
            began = time.monotonic()
            os.kill(pid, signal.SIGKILL)
            await fleet.state(BotState.BACKOFF, run=run)
            times.append(time.monotonic() - began)
        # The second best: other programs on this machine may cost a time slice.
        assert sorted(times)[1] < 0.05
