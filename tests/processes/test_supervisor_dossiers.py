"""Dossiers of real deaths."""

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from coderbot.commands.render import crash_text
from coderbot.control.client import ControlClient
from coderbot.supervisor.control import control_socket
from coderbot.supervisor.dossier import Dossier
from coderbot.supervisor.errors import UnknownBotError
from coderbot.supervisor.lines import PARENT
from coderbot.supervisor.spec import RestartPolicy
from coderbot.supervisor.state import BotState
from tests.fakes.children import GRACEFUL, READY_AND_WAIT, TOKEN
from tests.processes.supervised import fleet_of

ONCE = RestartPolicy(restart_delay_s=60, stop_timeout_s=3, ready_timeout_s=10)
"""One crash, and then a pause that no test waits for."""


async def crash_of(directory: Path, code: str) -> tuple[Dossier, str]:
    """Return the dossier of a worker that dies, and what was said of it."""
    async with fleet_of(code, policy=ONCE, crashes=directory / "crashes") as fleet:
        await fleet.state(BotState.BACKOFF)
        said = (await fleet.line("crash ", PARENT)).text
    async with fleet_of(GRACEFUL, crashes=directory / "crashes") as fleet:
        # Another supervisor reads what the first has stored as a whole.
        (found,) = await fleet.supervisor.dossiers("bot-0")
    return found, said


async def test_an_exception(tmp_path: Path) -> None:
    code = f"""
ready(); print("first")
def fail(number):
    raise ValueError(f"with {TOKEN} {{number}}")
fail(7)
"""
    found, said = await crash_of(tmp_path, code)
    assert (found.exit, found.returncode, found.run) == ("exit 1", 1, 1)
    assert found.summary == "ValueError: with [secret] 7"
    assert found.was_ready
    assert found.guess == ""
    assert found.cpu_s is not None
    assert 0 < found.cpu_s < 10
    assert found.peak_rss_bytes is not None
    assert found.peak_rss_bytes > 1 << 20
    assert 0 < found.uptime_s < 15
    streams = {line.text: line.stream for line in found.lines}
    assert streams["first"] == "out"
    assert streams["ValueError: with [secret] 7"] == "err"
    assert said == (
        f"bot-0: crash {found.fingerprint} seen for the first time "
        "(ValueError: with [secret] 7)"
    )
    stored = "".join(path.read_text() for path in (tmp_path / "crashes").iterdir())
    assert TOKEN[-12:] not in stored


async def test_a_segmentation_fault(tmp_path: Path) -> None:
    code = (
        "import faulthandler; faulthandler.enable(); ready(); faulthandler._sigsegv()"
    )
    found, _ = await crash_of(tmp_path, code)
    assert (found.exit, found.returncode) == ("SIGSEGV", -signal.SIGSEGV)
    assert found.summary == "Fatal Python error: Segmentation fault"


async def test_a_silent_exit(tmp_path: Path) -> None:
    found, said = await crash_of(tmp_path, "os._exit(3)")
    assert (found.exit, found.summary, found.lines) == ("exit 3", "exit 3", ())
    assert not found.was_ready
    assert "(exit 3)" in said


async def test_a_kill_from_outside_after_rising_memory(tmp_path: Path) -> None:
    code = """
ready()
for megabytes in (50, 60, 100):
    send(type="heartbeat", uptime_s=1, rss_bytes=megabytes << 20, terminals=0,
         loop_lag_ms=0, poll_age_s=0, media_pending=0)
while not channel.recv(1): pass
"""
    directory = tmp_path / "crashes"
    async with fleet_of(code, policy=ONCE, crashes=directory) as fleet:
        pid = await fleet.running()
        await fleet.until(lambda: fleet.bot().rss_bytes == 100 << 20)
        os.kill(pid, signal.SIGKILL)
        await fleet.line("crash ", PARENT)
    async with fleet_of(GRACEFUL, crashes=directory) as fleet:
        (found,) = await fleet.supervisor.dossiers("bot-0")
    assert (found.exit, found.rss_bytes) == ("SIGKILL", 100 << 20)
    assert "out of memory" in found.guess


async def test_a_kill_from_outside(tmp_path: Path) -> None:
    code = "ready(); os.kill(os.getpid(), signal.SIGKILL)"
    found, said = await crash_of(tmp_path, code)
    assert (found.summary, found.guess) == ("SIGKILL", "killed from outside")
    assert said.endswith("(SIGKILL; killed from outside)")


async def test_one_kind_is_counted_over_all_bots_and_runs(tmp_path: Path) -> None:
    directory = tmp_path / "crashes"
    async with fleet_of("raise KeyError(INDEX)", "pass", crashes=directory) as fleet:
        await fleet.line("seen 3 times since ", PARENT)
    async with fleet_of("raise KeyError(INDEX)", crashes=directory) as fleet:
        await fleet.line("seen 4 times since ", PARENT)
    async with fleet_of(GRACEFUL, crashes=directory) as fleet:
        found = await fleet.supervisor.dossiers("bot-0")
    assert [each.seen for each in found] == [4, 3, 2, 1]
    assert len({each.fingerprint for each in found}) == 1
    assert found[-1].first_seen == found[-1].wall
    assert {each.first_seen for each in found} == {found[-1].wall}


async def test_what_was_asked_for_leaves_no_dossier(tmp_path: Path) -> None:
    directory = tmp_path / "crashes"
    stubborn = "ignore('SIGTERM'); ready(); wait()"
    async with fleet_of(READY_AND_WAIT, stubborn, "pass", crashes=directory) as fleet:
        await fleet.running(0)
        await fleet.running(1)
        await fleet.state(BotState.STOPPED, 2, run=1)
        await fleet.supervisor.restart("bot-0")
        await fleet.running(0, run=2)
        await fleet.supervisor.kill("bot-1")
        assert not fleet.find("crash ")
    assert not directory.exists()


async def test_who_is_never_ready_is_told_so(tmp_path: Path) -> None:
    policy = RestartPolicy(restart_delay_s=60, ready_timeout_s=0.3)
    async with fleet_of("wait()", policy=policy, crashes=tmp_path / "crashes") as fleet:
        said = await fleet.line("crash ", PARENT)
        assert said.text.endswith("seen for the first time (not READY within 0.3 s)")


async def test_a_directory_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "crashes").write_text("in the way")
    async with fleet_of(
        "os._exit(3)", policy=ONCE, crashes=tmp_path / "crashes"
    ) as fleet:
        await fleet.line("bot-0: its dossier cannot be kept: File exists", PARENT)
        assert await fleet.supervisor.dossiers("bot-0") == []


async def test_they_are_told_over_the_control_socket(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    path = tmp_path / "control.sock"
    async with (
        fleet_of("os._exit(3)", policy=ONCE, crashes=tmp_path / "crashes") as fleet,
        control_socket(fleet.supervisor, path),
        ControlClient.connect(path) as client,
    ):
        await fleet.line("crash ", PARENT)
        found: Sequence[Dossier] = []
        async with asyncio.timeout(10):
            while not found:
                found = await client.dossiers("bot-0")
        assert found == await fleet.supervisor.dossiers("bot-0")
        with pytest.raises(UnknownBotError):
            await client.dossiers("bot-7")
    assert crash_text(found[0]).endswith(" s: exit 3")
    assert found[0].fingerprint in crash_text(found[0])
