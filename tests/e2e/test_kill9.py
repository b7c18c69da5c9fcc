"""kill -9 of the whole program's parent: nothing goes on without it."""

import os
import re
import signal
import time

import psutil
import pytest

from coderbot.errors import ExitCode
from tests.e2e.conftest import World
from tests.e2e.fleet import Fleet, gone, running_fleet

READY = r"\[Parent\] (?:All \d workers|1 worker) ready"
HIDE = "setsid sh -c 'trap \"\" HUP TERM INT; echo pid=$$; while :; do sleep 1; done' &"


async def hidden_process(world: World, fleet: Fleet) -> psutil.Process:
    """Start a process in a terminal that does not want to end; return it."""
    anna = world.user()
    await anna.say("/xterm")
    await anna.wait_for(lambda m: "$" in m.text or "#" in m.text)
    await anna.say(HIDE)
    # Anywhere in a line: the shell may have written its prompt before.
    pid = re.compile(r"pid=(\d+)")
    shown = await anna.wait_for(lambda m: pid.search(m.text) is not None)
    found = pid.search(shown.text)
    assert found is not None
    return psutil.Process(int(found[1]))


@pytest.mark.parametrize("stopped", [False, True], ids=["well", "stopped"])
async def test_no_worker_and_no_daemon_of_a_shell_survives(
    world: World, stopped: bool
) -> None:
    world.env(bots=1, AIRPLANE_MODE="true")
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        hidden = await hidden_process(world, fleet)
        tree = [*fleet.tree()[1:], hidden, *hidden.children()]
        if stopped:
            os.kill(fleet.workers()["bot-0"], signal.SIGSTOP)
        began = time.monotonic()
        fleet.process.kill()
        await gone(tree, 5)
        assert time.monotonic() - began < 5
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        assert await fleet.interrupt() == ExitCode.OK
