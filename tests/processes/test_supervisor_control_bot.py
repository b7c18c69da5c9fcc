"""The control bot under the supervisor: kept alive, and none of the fleet."""

from dataclasses import replace

import pytest

from coderbot.supervisor.errors import UnknownBotError
from coderbot.supervisor.events import BotChanged, BotSnapshot
from coderbot.supervisor.lines import CONTROL
from coderbot.supervisor.spec import WorkerSpec
from coderbot.supervisor.state import BotState
from tests.fakes.children import GRACEFUL, worker
from tests.processes.supervised import Fleet, alive, fleet_of, gone


def aide(code: str) -> WorkerSpec:
    return replace(worker(code), name=CONTROL)


def control_bot(fleet: Fleet) -> BotSnapshot:
    found = fleet.supervisor.control_bot()
    assert found is not None
    return found


async def test_it_starts_after_the_workers_and_is_none_of_them() -> None:
    async with fleet_of(GRACEFUL, control_bot=aide(GRACEFUL)) as fleet:
        ready = await fleet.line("control is ready after", "parent")
        assert ready.seq > fleet.find("bot-0 is ready after", "parent")[0].seq
        assert control_bot(fleet).state is BotState.RUNNING
        assert [bot.bot for bot in fleet.supervisor.bots()] == ["bot-0"]
        assert set(fleet.supervisor.specs()) == {"bot-0"}
        assert set(fleet.supervisor.fingerprints()) == {"bot-0"}
        assert fleet.find("1 worker ready", "parent")
        told = {e.snapshot.bot for e in fleet.events if isinstance(e, BotChanged)}
        assert told == {"bot-0"}
        with pytest.raises(UnknownBotError):
            await fleet.supervisor.clean_media(CONTROL)
        assert fleet.lines(CONTROL)[0].prefixed.startswith("[control] ─ run 1")
        pids = [fleet.bot().pid, control_bot(fleet).pid]
    assert not any(alive(pid) for pid in pids if pid)


async def test_its_crashes_are_its_own() -> None:
    crashing = "print('boom', flush=True); sys.exit(3)"
    async with fleet_of(GRACEFUL, control_bot=aide(crashing)) as fleet:
        pid = await fleet.running()
        await fleet.line("─ run 3 started", CONTROL)
        assert control_bot(fleet).crashes_in_row >= 2
        assert await fleet.running() == pid
        assert fleet.bot().restarts == 0


async def test_it_can_be_steered_by_its_name() -> None:
    async with fleet_of(GRACEFUL, control_bot=aide(GRACEFUL)) as fleet:
        await fleet.line("control is ready after", "parent")
        before = control_bot(fleet).pid
        await fleet.supervisor.restart(CONTROL)
        assert before is not None
        assert gone(before)
        assert control_bot(fleet).pid != before
        await fleet.supervisor.stop(CONTROL)
        assert control_bot(fleet).state is BotState.STOPPED
        assert fleet.bot().state is BotState.RUNNING
