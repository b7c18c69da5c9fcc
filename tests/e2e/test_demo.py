"""The demo, as `make demo HEADLESS=1` runs it."""

import re
from pathlib import Path

from coderbot.demo import DEMO_USER
from coderbot.errors import ExitCode
from coderbot.sandbox.client import SandboxClient
from tests.e2e.fleet import gone, running_fleet
from tests.fakes.processes import command_of

DEMO = ("demo", "--headless", "--bots", "2")


async def test_the_demo_starts_twice_in_a_row_and_ends_with_ctrl_c(
    tmp_path: Path,
) -> None:
    for _ in range(2):
        # Settings of the person who tries it must not reach the demo.
        environment = {"TELEGRAM_BOT_TOKENS": "x", "WORKER_START_DELAY_SECONDS": "0.1"}
        async with running_fleet(tmp_path, DEMO, environment) as fleet:
            address = re.search(
                r"http://127\.0\.0\.1:\d+", await fleet.line(r"^Chat page: ")
            )
            assert address is not None
            await fleet.line(r"\[Parent\] All 2 workers ready")
            async with SandboxClient(address[0]) as client:
                bot = (await client.bots())[0]
                you = client.user(DEMO_USER, bot["id"])
                await you.say("/start")
                await you.wait_for(lambda m: "/xterm" in m.text)
            tree = fleet.tree()
            assert any("coderbot.sandbox" in command_of(p) for p in tree)
            assert await fleet.interrupt() == ExitCode.OK
            await gone(tree)


async def test_without_a_terminal_the_dashboard_says_what_to_do(tmp_path: Path) -> None:
    async with running_fleet(tmp_path, ()) as fleet:
        assert await fleet.process.wait() == ExitCode.USAGE
        await fleet.line("--headless")


async def test_killing_the_demo_ends_its_sandbox_too(tmp_path: Path) -> None:
    async with running_fleet(tmp_path, DEMO) as fleet:
        await fleet.line(r"\[Parent\] All 2 workers ready")
        tree = fleet.tree()
        fleet.process.kill()
        await gone(tree)
