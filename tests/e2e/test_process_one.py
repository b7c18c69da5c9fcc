"""The program as process 1 of a container: a namespace of process numbers."""

import asyncio
import os
import shutil
import signal
import subprocess
import time

import psutil
import pytest

from coderbot.errors import ExitCode
from tests.e2e.conftest import World
from tests.e2e.fleet import gone, running_fleet

UNSHARE = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")


@pytest.fixture
def wrapper() -> tuple[str, ...]:
    """Return the command that runs a program as process 1."""
    if shutil.which("unshare") is None:
        pytest.skip("there is no unshare")
    for command in (UNSHARE, (*UNSHARE, "--user", "--map-root-user")):
        if subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    pytest.skip("namespaces of processes are not permitted here")


async def test_orphans_are_reaped_and_sigterm_is_heard(
    world: World, wrapper: tuple[str, ...]
) -> None:
    world.env(bots=1, AIRPLANE_MODE="true")
    anna = world.user()
    async with running_fleet(world.directory, wrapper=wrapper) as fleet:
        await fleet.line(r"\[Parent\] 1 worker ready")
        await fleet.line("bot-0 started: pid")
        (inner,) = psutil.Process(fleet.process.pid).children()
        assert _number_inside(inner.pid) == 1
        await anna.say("/xterm")
        await anna.wait_for(lambda m: "$" in m.text or "#" in m.text)
        # Its parent dies at once, and it itself a moment later.
        await anna.say("(setsid sleep 3.21 & ) ; echo started-$((1+1))")
        await anna.wait_for(lambda m: "started-2" in m.text)
        orphan = await asyncio.to_thread(_find, inner, "3.21")
        assert orphan.ppid() == inner.pid
        await gone([orphan], timeout=15)
        tree = fleet.tree()
        inner.send_signal(signal.SIGTERM)
        async with asyncio.timeout(15):
            assert await fleet.process.wait() == ExitCode.OK
        await gone(tree)
        await fleet.line("SIGTERM: stopping")
        await fleet.line("All workers stopped")


def _number_inside(pid: int) -> int:
    """Return the number of a process in its own namespace."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:  # noqa: PTH123
        (line,) = [line for line in status if line.startswith("NSpid:")]
    return int(line.split()[-1])


def _find(parent: psutil.Process, argument: str) -> psutil.Process:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for each in parent.children(recursive=True):
            try:
                if each.name() == "sleep" and argument in each.cmdline():
                    return each
            except psutil.NoSuchProcess:
                continue
        time.sleep(0.02)
    raise AssertionError(f"no process with {argument} below {os.getpid()}")
