"""A dashboard on the fleet of another process: a PTY, keys, and a screen to read."""

import asyncio
import os
import signal

import psutil

from coderbot.errors import ExitCode
from tests.e2e.conftest import World
from tests.e2e.fleet import running_fleet
from tests.e2e.test_dashboard import Dashboard, worker_pids

READY = r"\[Parent\] (?:All \d workers|1 worker) ready"
TUI = "from coderbot.cli import main_tui; main_tui()"


def attached(world: World, *where: str) -> Dashboard:
    """Run `coderbot-tui --attach`."""
    return Dashboard(str(world.directory), ["-c", TUI, "--attach", *where])


async def test_r_restarts_a_bot_and_leaving_leaves_all_running(world: World) -> None:
    world.env(bots=2)
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        before = fleet.workers()
        dashboard = attached(world)

        def restart() -> dict[str, int]:
            first = dashboard.wait(lambda text: worker_pids(text) == before)
            assert "[Parent]" in first, "its history is shown"
            dashboard.press("r")

            def restarted(text: str) -> bool:
                pids = worker_pids(text)
                return len(pids) == 2 and pids["bot-0"] != before["bot-0"]

            after = worker_pids(dashboard.wait(restarted))
            dashboard.wait(lambda text: f"pid {after['bot-0']}" in text)
            dashboard.press("D")
            assert dashboard.exit_code() == ExitCode.OK
            return after

        try:
            after = await asyncio.to_thread(restart)
        finally:
            dashboard.kill()
        assert after["bot-1"] == before["bot-1"]
        assert fleet.workers() == after
        assert fleet.process.returncode is None
        assert await fleet.interrupt() == ExitCode.OK


async def test_q_only_leaves(world: World) -> None:
    world.env(bots=1)
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        before = fleet.workers()
        dashboard = attached(world, str(world.directory / ".coderbot"))

        def leave() -> int:
            dashboard.wait(lambda text: len(worker_pids(text)) == 1)
            dashboard.press("q")
            return dashboard.exit_code()

        try:
            assert await asyncio.to_thread(leave) == ExitCode.OK
        finally:
            dashboard.kill()
        assert fleet.workers() == before
        await fleet.interrupt()


async def test_a_lost_supervisor_is_told_and_found_again(world: World) -> None:
    world.env(bots=1)
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        tree = fleet.tree()
        dashboard = attached(world)

        def lose() -> dict[str, int]:
            text = dashboard.wait(lambda text: len(worker_pids(text)) == 1)
            os.kill(fleet.process.pid, signal.SIGKILL)
            dashboard.wait(lambda text: "Connection lost" in text)
            return worker_pids(text)

        try:
            before = await asyncio.to_thread(lose)
            await asyncio.to_thread(psutil.wait_procs, tree, 10)
            async with running_fleet(world.directory) as second:
                await second.line(READY)

                def found(text: str) -> bool:
                    pids = worker_pids(text)
                    return len(pids) == 1 and pids != before

                await asyncio.to_thread(dashboard.wait, found)
                dashboard.press("q")
                assert await asyncio.to_thread(dashboard.exit_code) == ExitCode.OK
                await second.interrupt()
        finally:
            dashboard.kill()


async def test_a_signal_ends_only_the_dashboard(world: World) -> None:
    world.env(bots=1)
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        before = fleet.workers()
        dashboard = attached(world)
        try:
            await asyncio.to_thread(
                dashboard.wait, lambda text: len(worker_pids(text)) == 1
            )
            psutil.Process(dashboard.pid).terminate()
            assert await asyncio.to_thread(dashboard.exit_code) == ExitCode.OK
        finally:
            dashboard.kill()
        assert fleet.workers() == before
        await fleet.interrupt()


async def test_nobody_to_attach_to_is_said(world: World) -> None:
    dashboard = attached(world)
    try:
        assert await asyncio.to_thread(dashboard.exit_code) == ExitCode.NOT_RUNNING
        assert "No supervisor is running" in dashboard.last_words()
    finally:
        dashboard.kill()
