"""The end: stubborn workers, signals, and what hides."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import psutil
import pytest

from coderbot.supervisor import fleetstop
from coderbot.supervisor.child import Child, _interrupts_blocked
from coderbot.supervisor.errors import FleetStoppingError
from coderbot.supervisor.events import FleetStopped, FleetStopping
from coderbot.supervisor.state import BotState
from tests.fakes.children import GRACEFUL, STUBBORN
from tests.processes.supervised import (
    QUICK,
    Fleet,
    alive,
    descriptors,
    fleet_of,
    gone,
)

IMPATIENT = replace(QUICK, stop_timeout_s=1)


async def test_sigterm_ignored_means_sigkill_after_the_grace() -> None:
    async with fleet_of(STUBBORN, policy=IMPATIENT) as fleet:
        pid = await fleet.running()
        began = time.monotonic()
        await fleet.supervisor.stop("bot-0")
        assert 1 <= time.monotonic() - began < 2.5
        assert gone(pid)
        assert fleet.bot().last_exit == "SIGKILL"
        assert fleet.bot().state is BotState.STOPPED


async def test_a_worker_that_was_suspended_hears_sigterm() -> None:
    async with fleet_of(GRACEFUL) as fleet:
        os.kill(await fleet.running(), signal.SIGSTOP)
        await fleet.supervisor.stop("bot-0")
        assert fleet.bot().last_exit == "exit 0"


async def pid_of(fleet: Fleet, index: int = 0) -> int:
    """Return the pid that a worker has printed for its grandchild."""
    line = await fleet.line("hidden", f"bot-{index}")
    return int(line.text.split()[1])


def hiding(*arguments: str) -> str:
    """Return a worker with a grandchild that ignores SIGTERM and SIGHUP."""
    more = "".join(f", {argument}" for argument in arguments)
    call = f"grandchild('SIGTERM', 'SIGHUP', 'SIGINT'{more})"
    return f"print('hidden', {call}); " + GRACEFUL


@pytest.mark.parametrize(
    "arguments", [(), ("own_session=False",), ("keep_pipes=True",)]
)
async def test_a_stubborn_grandchild_is_gone_after_stop(
    arguments: tuple[str, ...],
) -> None:
    async with fleet_of(hiding(*arguments)) as fleet:
        await fleet.running()
        hidden = await pid_of(fleet)
        assert alive(hidden)
        await fleet.supervisor.stop("bot-0")
        assert gone(hidden)
        assert fleet.bot().last_exit == "exit 0"


@pytest.mark.parametrize("arguments", [(), ("keep_pipes=True",)])
async def test_a_stubborn_grandchild_is_gone_after_kill_9_of_the_worker(
    arguments: tuple[str, ...],
) -> None:
    async with fleet_of(hiding(*arguments)) as fleet:
        worker = await fleet.running()
        hidden = await pid_of(fleet)
        began = time.monotonic()
        os.kill(worker, signal.SIGKILL)
        await fleet.state(BotState.BACKOFF)
        assert time.monotonic() - began < 0.9, (
            "the pipe that is held open was waited for"
        )
        assert gone(hidden)
        await fleet.running(run=2)


async def test_a_family_of_three_generations_is_gone_after_kill() -> None:
    code = """
import subprocess
shell = subprocess.Popen(["/bin/sh", "-c",
    "trap '' HUP TERM; setsid sh -c 'trap \\"\\" HUP TERM; setsid sleep 600 & echo hidden $!; wait' & wait"],
    start_new_session=True)
ready(); wait()
"""
    async with fleet_of(code) as fleet:
        worker = await fleet.running()
        hidden = await pid_of(fleet)
        family = psutil.Process(worker).children(recursive=True)
        assert len(family) >= 3
        await fleet.supervisor.kill("bot-0")
        assert not [each for each in family if each.is_running()]
        assert gone(hidden)


async def test_a_daemon_that_left_its_parents_is_gone_after_kill_9() -> None:
    # Twice forked: its parent is gone while the worker still runs.
    code = """
def daemon():
    out, into = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.write(into, str(os.getpid()).encode())
            for fd in range(3): os.close(fd)
            time.sleep(600)
        os._exit(0)
    os.wait()
    return int(os.read(out, 100))
print("hidden", daemon()); ready(); wait()
"""
    async with fleet_of(code) as fleet:
        worker = await fleet.running()
        hidden = await pid_of(fleet)
        assert psutil.Process(hidden).ppid() == os.getpid()
        os.kill(worker, signal.SIGKILL)
        await fleet.state(BotState.BACKOFF)
        assert gone(hidden)


async def test_kin_of_other_bots_and_strangers_are_left_alone() -> None:
    stranger = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "import time; time.sleep(600)", start_new_session=True
    )
    try:
        async with fleet_of(hiding(), hiding()) as fleet:
            await fleet.running(0)
            worker = await fleet.running(1)
            mine, others = await pid_of(fleet, 0), await pid_of(fleet, 1)
            await fleet.supervisor.kill("bot-0")
            assert gone(mine)
            assert alive(others)
            assert fleet.bot(1).pid == worker
        assert gone(others)
        assert stranger.returncode is None
        assert alive(stranger.pid)
    finally:
        stranger.kill()
        assert await stranger.wait() == -signal.SIGKILL


async def test_orphans_that_end_by_themselves_become_no_zombies() -> None:
    code = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print("hidden", os.getpid(), flush=True)
    os._exit(0)
os.wait(); ready(); wait()
"""
    async with fleet_of(code) as fleet:
        hidden = await pid_of(fleet)
        async with asyncio.timeout(10):
            # Nobody tells of it: it is not the process of a bot.
            while not gone(hidden):  # noqa: ASYNC110
                await asyncio.sleep(0.05)


async def test_a_child_that_sets_nothing_survives_sigint_at_once() -> None:
    code = "time.sleep(0.2); ready(); wait()"
    async with fleet_of(code) as fleet:
        await fleet.until(lambda: fleet.bot().pid)
        pid = fleet.bot().pid
        assert pid
        for _ in range(20):
            os.kill(pid, signal.SIGINT)
        assert await fleet.running() == pid
        os.kill(pid, signal.SIGINT)
        await fleet.supervisor.restart("bot-0")
        assert fleet.bot().last_exit == "SIGTERM"


def test_a_sigint_during_a_start_is_not_lost() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        with _interrupts_blocked():
            # To this thread: another one would take what comes to the process.
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)
            assert heard == []
        assert heard == [signal.SIGINT]
        assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    finally:
        signal.signal(signal.SIGINT, before)


async def test_three_stubborn_workers_take_one_grace_not_three() -> None:
    async with fleet_of(STUBBORN, STUBBORN, STUBBORN, policy=IMPATIENT) as fleet:
        pids = [await fleet.running(index) for index in range(3)]
        began = time.monotonic()
        await fleet.supervisor.shut_down()
        assert time.monotonic() - began < 2.5
        assert all(map(gone, pids))
        await fleet.until(lambda: FleetStopped() in fleet.events)
        (stopping,) = (e for e in fleet.events if isinstance(e, FleetStopping))
        assert stopping.deadline_s == pytest.approx(1 + 2 + 1 + 1)


async def test_kill_now_does_not_wait_for_the_grace() -> None:
    policy = replace(QUICK, stop_timeout_s=60)
    async with fleet_of(STUBBORN, STUBBORN, policy=policy) as fleet:
        pids = [await fleet.running(index) for index in range(2)]
        fleet.supervisor.kill_now()
        assert all(map(alive, pids)), "only while the fleet is being stopped"
        async with asyncio.timeout(5), asyncio.TaskGroup() as group:
            group.create_task(fleet.supervisor.shut_down())
            await fleet.state(BotState.STOPPING, 0)
            await fleet.state(BotState.STOPPING, 1)
            fleet.supervisor.kill_now()
        assert all(map(gone, pids))


async def test_the_stop_ends_though_a_worker_cannot_be_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fleetstop, "SEEING_OUT_S", 0.2)
    monkeypatch.setattr(fleetstop, "_SPARE_S", 0)
    monkeypatch.setattr(Child, "kill", lambda self: None)
    before = descriptors()
    # It does not end either when its channel does.
    code = STUBBORN + "; time.sleep(600)"
    async with fleet_of(code, policy=replace(QUICK, stop_timeout_s=0.2)) as fleet:
        pid = await fleet.running()
        async with asyncio.timeout(5):
            await asyncio.gather(
                fleet.supervisor.stop("bot-0"), fleet.supervisor.shut_down()
            )
        assert fleet.find(f"process {pid} does not die", "parent")
        await fleet.until(lambda: FleetStopped() in fleet.events)
        assert alive(pid)
        os.kill(pid, signal.SIGKILL)
        run = fleet.supervisor._runners["bot-0"]._run
        assert run is not None
        assert run.child.reap() == -signal.SIGKILL
    assert descriptors() == before


async def test_nothing_is_started_any_more_once_the_fleet_stops() -> None:
    policy = replace(QUICK, restart_delay_s=0.05)
    async with fleet_of("sys.exit(1)", STUBBORN, policy=policy) as fleet:
        await fleet.running(1)
        await fleet.state(BotState.BACKOFF, 0)
        async with asyncio.TaskGroup() as group:
            group.create_task(fleet.supervisor.shut_down())
            await fleet.state(BotState.STOPPING, 1)
            run = fleet.bot(0).run
            with pytest.raises(FleetStoppingError):
                await fleet.supervisor.restart("bot-1")
            with pytest.raises(FleetStoppingError):
                await fleet.supervisor.start("bot-0")
            await asyncio.sleep(0.3)
            fleet.supervisor.kill_now()
        assert fleet.bot(0).run == run
        assert {bot.state for bot in fleet.supervisor.bots()} == {BotState.STOPPED}


async def test_workers_that_are_killed_during_the_stop_are_no_crashes() -> None:
    async with fleet_of(STUBBORN, STUBBORN) as fleet:
        pids = [await fleet.running(index) for index in range(2)]
        async with asyncio.TaskGroup() as group:
            group.create_task(fleet.supervisor.shut_down())
            await fleet.state(BotState.STOPPING, 1)
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
        assert not fleet.find("crashed")


class Oops(Exception):  # noqa: N818 - not an error of the program
    """What a test throws."""


async def test_leaving_the_block_by_an_error_stops_all_and_keeps_the_error() -> None:
    pids: list[int] = []

    async def run() -> None:
        async with fleet_of(GRACEFUL, GRACEFUL) as fleet:
            pids.extend([await fleet.running(0), await fleet.running(1)])
            raise Oops

    with pytest.raises(ExceptionGroup) as caught:
        await run()
    # The group is the one of the test's own listener.
    assert [type(error) for error in caught.value.exceptions] == [Oops]
    assert all(map(gone, pids))


async def test_cancelling_stops_all_and_cancelling_again_kills() -> None:
    policy = replace(QUICK, stop_timeout_s=60)
    pids: list[int] = []
    ready = asyncio.Event()

    async def run() -> None:
        async with fleet_of(STUBBORN, policy=policy) as fleet:
            pids.append(await fleet.running())
            task_of["fleet"] = fleet
            ready.set()
            await asyncio.Event().wait()

    task_of: dict[str, Fleet] = {}
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        task = group.create_task(run())
        await ready.wait()
        task.cancel()
        await task_of["fleet"].state(BotState.STOPPING)
        assert alive(pids[0])
        task.cancel()
    assert task.cancelled()
    assert gone(pids[0])


async def test_a_worker_learns_that_its_supervisor_is_gone() -> None:
    code = """
import asyncio, os, sys
from pathlib import Path
from tests.fakes.children import worker
from coderbot.redact import Redactor
from coderbot.supervisor.supervisor import Supervisor
from coderbot.supervisor.spec import RestartPolicy

async def main():
    spec = worker("ready(); wait()")
    async with Supervisor([spec], RestartPolicy(), redactor=Redactor(), media_root=Path("/x")).running() as s:
        async with s.subscribe() as events:
            while not s.bots() or s.bots()[0].state != "running":
                await anext(events)
        print(s.bots()[0].pid, flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    worker = psutil.Process(int(await process.stdout.readline()))
    process.kill()
    await process.wait()
    await asyncio.to_thread(worker.wait, 5)
