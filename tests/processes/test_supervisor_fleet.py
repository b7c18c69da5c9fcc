"""The fleet as a whole, with real tiny workers."""

import asyncio
import itertools
import os
import re
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from coderbot.control.port import SupervisorPort
from coderbot.loglevel import Level
from coderbot.paths import MediaDirs
from coderbot.supervisor import runner
from coderbot.supervisor.events import FleetReady
from coderbot.supervisor.media import MediaUsage
from coderbot.supervisor.state import BotState
from tests.fakes.children import GRACEFUL, READY_AND_WAIT
from tests.processes.supervised import QUICK, Fleet, alive, fleet_of


def reports(fleet: Fleet) -> list[str]:
    return [line.text for line in fleet.lines("parent") if "workers ready" in line.text]


async def test_all_start_in_order_with_a_pause_between() -> None:
    policy = replace(QUICK, start_delay_s=0.15)
    async with fleet_of(*[READY_AND_WAIT] * 3, policy=policy) as fleet:
        await fleet.until(lambda: FleetReady(3) in fleet.events)
        starts = [line for line in fleet.lines("parent") if "Starting" in line.text]
        assert [line.text for line in starts] == [
            "Starting bot-0 (1 of 3)",
            "Starting bot-1 (2 of 3)",
            "Starting bot-2 (3 of 3)",
        ]
        for first, second in itertools.pairwise(starts):
            assert 0.15 <= second.mono - first.mono < 1
        (report,) = reports(fleet)
        assert re.fullmatch(r"All 3 workers ready after 0\.\d s", report)


async def test_who_is_stopped_before_its_turn_is_not_started() -> None:
    policy = replace(QUICK, start_delay_s=0.3)
    async with fleet_of(*[READY_AND_WAIT] * 3, policy=policy) as fleet:
        await fleet.running(0)
        await fleet.supervisor.stop("bot-1")
        await fleet.until(lambda: FleetReady(2) in fleet.events)
        assert [bot.run for bot in fleet.supervisor.bots()] == [1, 0, 1]
        await fleet.supervisor.start("bot-1")
        await fleet.running(1)


async def test_ready_is_told_once_though_bots_come_and_go() -> None:
    async with fleet_of(READY_AND_WAIT, READY_AND_WAIT) as fleet:
        await fleet.until(lambda: FleetReady(2) in fleet.events)
        os.kill(await fleet.running(1), signal.SIGKILL)
        await fleet.running(1, run=2)
        await fleet.supervisor.restart("bot-0")
        await fleet.running(0, run=2)
        assert len(reports(fleet)) == 1
        assert sum(isinstance(event, FleetReady) for event in fleet.events) == 1


async def test_a_crash_at_boot_blocks_nobody_and_is_named() -> None:
    policy = replace(QUICK, restart_delay_s=30, restart_max_delay_s=30)
    codes = [READY_AND_WAIT, "sys.exit(78)", "sys.exit(5)", READY_AND_WAIT]
    async with fleet_of(*codes, policy=policy) as fleet:
        await fleet.until(lambda: FleetReady(2) in fleet.events)
        (report,) = reports(fleet)
        assert report.startswith("2 of 4 workers ready after ")
        assert "bot-1 (bad configuration" in report
        assert "bot-2 (exit 5)" in report
        assert fleet.bot(3).state is BotState.RUNNING


async def test_a_bot_that_is_never_ready_holds_nobody_up() -> None:
    async with fleet_of("wait()", READY_AND_WAIT) as fleet:
        await fleet.running(1)
        assert fleet.bot(0).state is BotState.STARTING
        assert reports(fleet) == []


async def test_restarting_one_leaves_the_others_alone() -> None:
    async with fleet_of(GRACEFUL, GRACEFUL, GRACEFUL) as fleet:
        pids = [await fleet.running(index) for index in range(3)]
        await fleet.supervisor.restart("bot-1")
        os.kill(pids[2], signal.SIGKILL)
        await fleet.running(2, run=2)
        assert fleet.bot(0).pid == pids[0]
        assert fleet.bot(1).restarts == fleet.bot(2).restarts == 1
        assert fleet.bot(0).run == 1


async def test_a_fault_in_one_runner_stops_at_its_fence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with fleet_of(READY_AND_WAIT, GRACEFUL) as fleet:
        broken, other = await fleet.running(0), await fleet.running(1)

        def fail(*_: object) -> None:
            raise RuntimeError("a bug")

        monkeypatch.setattr(runner, "announce", fail)
        os.kill(broken, signal.SIGKILL)
        bot = await fleet.state(BotState.FAILED)
        monkeypatch.undo()
        assert "fault of the supervisor: RuntimeError" in bot.reason
        found = fleet.find("RuntimeError: a bug", "parent")
        assert found[0].level is Level.ERROR
        assert alive(other)
        assert fleet.bot(1).state is BotState.RUNNING
        await fleet.supervisor.start("bot-0")
        await fleet.running(0, run=2)


async def test_a_stop_before_the_start_is_over() -> None:
    policy = replace(QUICK, start_delay_s=30)
    async with fleet_of(GRACEFUL, GRACEFUL, policy=policy) as fleet:
        await fleet.running(0)
        async with asyncio.timeout(5):
            await fleet.supervisor.shut_down()
        assert fleet.bot(1).run == 0
        assert reports(fleet) == []


async def test_the_media_of_a_bot(tmp_path: Path) -> None:
    dirs = MediaDirs.of(tmp_path, 0)
    dirs.make()
    (dirs.sent / "a").write_bytes(b"123")
    async with fleet_of(READY_AND_WAIT, media=tmp_path) as fleet:
        port: SupervisorPort = fleet.supervisor
        assert await port.media_usage("bot-0") == MediaUsage(1, 3)
        assert await port.clean_media("bot-0") == MediaUsage(1, 3)
        assert await port.media_usage("bot-0") == MediaUsage(0, 0)
        assert fleet.find("bot-0: deleted 1 media files", "parent")
