"""kill -9 of the supervisor: what survives it, and for how long."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from coderbot.supervisor.household import CENSUS_S
from coderbot.supervisor.ledger import Ledger
from tests.fakes.children import READY_AND_WAIT
from tests.fakes.processes import arguments_of
from tests.processes.supervised import alive, fleet_of

_PARENT = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from tests.fakes.children import workers
from tests.processes.supervised import QUICK, fleet_of
async def main():
    (spec,) = workers([sys.argv[1]])
    spec = replace(spec, heeds_channel=sys.argv[3] != "foreign")
    policy = replace(QUICK, stop_timeout_s=1)
    async with fleet_of(spec, ledger=Path(sys.argv[2]), policy=policy) as fleet:
        await fleet.running()
        line = await fleet.line("hidden")
        print(fleet.bot().pid, line.text.split()[1], flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""


@asynccontextmanager
async def other_supervisor(
    code: str, ledger: Path, kind: str = "ours", *, alone: bool = True
) -> AsyncIterator[list[int]]:
    """Run a supervisor of a worker that prints `hidden PID`, and kill it by -9.

    Yields the pids of the worker and of what it has hidden.

    Args:
        code: Of the worker.
        ledger: Of the supervisor.
        kind: `foreign` for a worker of which nothing is known.
        alone: Kill the undertaker first.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _PARENT, code, str(ledger), kind),
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    pids: list[int] = []
    try:
        assert process.stdout is not None
        async with asyncio.timeout(20):
            pids = [int(word) for word in (await process.stdout.readline()).split()]
        assert len(pids) == 2
        if alone:
            undertaker_of(process.pid).kill()
        process.kill()
        await process.wait()
        yield pids
    finally:
        for pid in filter(psutil.pid_exists, pids):
            os.kill(pid, signal.SIGKILL)
        if process.returncode is None:
            process.kill()
            await process.wait()


def undertaker_of(pid: int) -> psutil.Process:
    (found,) = [
        each
        for each in psutil.Process(pid).children()
        if "undertaker" in arguments_of(each)
    ]
    return found


async def gone(pid: int, within_s: float) -> None:
    """Wait until a process runs no more; whoever adopts it may leave a zombie."""
    event = asyncio.Event()
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    asyncio.get_running_loop().add_reader(descriptor, event.set)
    try:
        async with asyncio.timeout(within_s):
            await event.wait()
    finally:
        asyncio.get_running_loop().remove_reader(descriptor)
        os.close(descriptor)


HOSTILE = """
ignore("SIGTERM", "SIGHUP", "SIGINT")
print("hidden", grandchild("SIGHUP", "SIGTERM", "SIGINT"), flush=True)
ready()
while True: time.sleep(1)
"""
"""A worker that does not even end when its supervisor is gone."""
FAITHFUL = """
print("hidden", grandchild("SIGHUP", "SIGTERM", mark=f"{os.getpid()}-1"), flush=True)
ready(); wait()
"""
"""A worker that ends, and forgets what it has started."""
WITNESS = """
def runs(pid):
    try:
        return open(f"/proc/{{pid}}/stat").read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
print("at my start:", [pid for pid in {} if runs(pid)], flush=True)
ready(); wait()
"""
"""A worker that tells who of those was still there when it was started."""


@pytest.mark.parametrize("code", [HOSTILE, FAITHFUL], ids=["hostile", "faithful"])
async def test_the_next_start_ends_what_is_left_before_it_starts_a_worker(
    code: str, tmp_path: Path
) -> None:
    ledger = tmp_path / "workers.json"
    async with other_supervisor(code, ledger) as pids:
        worker, hidden = pids
        if code == FAITHFUL:
            await gone(worker, 5)
        assert alive(hidden)
        async with fleet_of(WITNESS.format(pids), ledger=ledger) as fleet:
            await fleet.running()
            assert (await fleet.line("at my start")).text == "at my start: []"
            assert fleet.find("of the run before", "parent")
        assert Ledger(ledger).read() == ()


@pytest.mark.parametrize(
    ("code", "kind", "within_s"),
    [
        # SIGTERM at once, SIGKILL after two seconds.
        (HOSTILE, "foreign", 3.5),
        # The same, once the second that its stop may take is over.
        (HOSTILE, "ours", 5),
        (FAITHFUL, "ours", 5),
    ],
)
async def test_nothing_is_left_though_nobody_starts_again(
    code: str, kind: str, within_s: float, tmp_path: Path
) -> None:
    ledger = tmp_path / "workers.json"
    async with other_supervisor(code, ledger, kind, alone=False) as pids:
        async with asyncio.timeout(within_s):
            for pid in pids:
                await gone(pid, within_s)


async def test_our_own_workers_may_end_in_good_order(tmp_path: Path) -> None:
    code = f"""
ignore("SIGTERM")
print("hidden", grandchild(), flush=True)
ready(); wait()
time.sleep(0.7)
open({str(tmp_path / "farewell")!r}, "w").write("all is well")
"""
    ledger = tmp_path / "workers.json"
    async with other_supervisor(code, ledger, alone=False) as (worker, hidden):
        await gone(worker, 10)
        assert (tmp_path / "farewell").read_text() == "all is well"
        await gone(hidden, 5)


async def test_the_undertaker_is_small_hears_no_signal_and_leaves(
    tmp_path: Path,
) -> None:
    async with fleet_of(READY_AND_WAIT, ledger=tmp_path / "workers.json") as fleet:
        worker = await fleet.running()
        undertaker = undertaker_of(os.getpid())
        assert undertaker.memory_info().rss < 3 << 20
        assert not undertaker.environ().keys() & os.environ.keys() - {
            "PATH",
            "PWD",
            "PYTHONPATH",
        }
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            undertaker.send_signal(number)
        await asyncio.to_thread(fleet.supervisor.bots)
        assert alive(undertaker.pid)
        # An orphan in another session, as it is, it is nobody's to sweep.
        await fleet.supervisor._clock.sleep(CENSUS_S * 2 + 0.5)
        await fleet.supervisor.stop("bot-0")
        assert not alive(worker)
        assert alive(undertaker.pid)
    assert not psutil.pid_exists(undertaker.pid)


async def test_a_stopped_worker_is_found_too(tmp_path: Path) -> None:
    ledger = tmp_path / "workers.json"
    async with other_supervisor(HOSTILE, ledger) as pids:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        async with fleet_of(READY_AND_WAIT, ledger=ledger) as fleet:
            assert not any(alive(pid) for pid in pids)
            await fleet.running()


async def test_families_are_remembered_while_they_live_and_no_longer(
    tmp_path: Path,
) -> None:
    ledger = tmp_path / "workers.json"
    code = "print('hidden', grandchild('SIGHUP')); ready(); wait()"
    async with fleet_of(code, ledger=ledger) as fleet:
        worker = await fleet.running()
        hidden = int((await fleet.line("hidden")).text.split()[1])
        # The next look; the one after that finds nothing to write.
        await fleet.supervisor._clock.sleep(CENSUS_S + 0.5)
        (entry,) = Ledger(ledger).read()
        assert hidden in [pid for pid, _ in entry.kin]
        assert entry.worker[0] == worker
        await fleet.supervisor.stop("bot-0")
        assert Ledger(ledger).read() == ()
