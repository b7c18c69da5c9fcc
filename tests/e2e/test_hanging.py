"""A real worker that hangs: found, its stacks shown, replaced."""

import os
import re
import signal
from pathlib import Path

from coderbot.errors import ExitCode
from tests.e2e.conftest import World
from tests.e2e.fleet import gone, running_fleet

READY = r"\[Parent\] (?:All \d workers|1 worker) ready"
HANG = {"WORKER_HANG_TIMEOUT_SECONDS": "4", "WORKER_RESTART_DELAY_SECONDS": "0.2"}


async def test_a_stopped_worker_is_replaced(world: World) -> None:
    world.env(bots=1, AIRPLANE_MODE="true", **HANG)
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        worker = fleet.workers()["bot-0"]
        os.kill(worker, signal.SIGSTOP)
        await fleet.line(r"bot-0 is hung: no heartbeat for 4 s")
        # Its main thread, where it was stopped: in the wait of its event loop.
        await fleet.line(r"\[Worker bot-0\].*most recent call first")
        await fleet.line(r"bot-0 is ready after", count=2)
        assert fleet.workers()["bot-0"] != worker
        await world.user().say("/xterm")
        await world.user().wait_for(lambda m: "$" in m.text or "#" in m.text)
        tree = fleet.tree()
        assert await fleet.interrupt() == ExitCode.OK
        await gone(tree)


async def test_a_worker_with_a_stuck_loop_shows_where(world: World) -> None:
    world.env(bots=1, **HANG)
    block = world.directory / "sitecustomize.py"
    block.write_text(_STUCK)
    path = {"PYTHONPATH": os.pathsep.join([str(world.directory), _HERE])}
    async with running_fleet(world.directory, environment=path) as fleet:
        await fleet.line(READY)
        worker = fleet.workers()["bot-0"]
        os.kill(worker, signal.SIGUSR2)
        await fleet.line(r"bot-0 is hung")
        await fleet.line(r"\[Worker bot-0\].* in spinning_for_ever")
        await fleet.line(r"bot-0 crashed: hung: .*; restart in")
        await fleet.line(r"bot-0 is ready after", count=2)
        assert fleet.workers()["bot-0"] != worker
        assert re.search("bot-0 started: pid \\d+, restart 1", fleet.output)
        assert await fleet.interrupt() == ExitCode.OK


_HERE = str(Path(__file__).parents[2])
_STUCK = """
import signal
def spinning_for_ever(*_):
    while True:
        pass
signal.signal(signal.SIGUSR2, spinning_for_ever)
"""
