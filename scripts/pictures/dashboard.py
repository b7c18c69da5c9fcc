"""Draw the README's picture from the running program: `python -m scripts.pictures.dashboard`.

Three real workers on the sandbox, a shell in chat, a file that was sent, and one
worker that was killed: then the dashboard is asked for its picture.
"""

import asyncio
import os
import re
import signal
import sys
import tempfile
from pathlib import Path

from coderbot.clock import SystemClock
from coderbot.config.load import load_settings
from coderbot.redact import Redactor
from coderbot.sandbox.client import SandboxClient
from coderbot.sandbox.server import UserSpec, running_sandbox
from coderbot.supervisor.events import BotChanged, FleetReady
from coderbot.supervisor.spec import RestartPolicy, worker_specs
from coderbot.supervisor.state import BotState
from coderbot.supervisor.supervisor import Supervisor
from coderbot.tui.app import CoderBotApp
from tests.e2e.fleet import USER, write_env
from tests.e2e.pictures import png
from tests.fakes.sandbox import make_bot_id, make_token

SIZE = (120, 36)
_LOADED = re.compile(r",\s*url\(\"https?:[^)]*\)( format\(\"\w+\"\))?")
"""Fonts from elsewhere: a font of the reader's machine does as well."""
TARGET = Path(__file__).parents[2] / "docs" / "dashboard.svg"


async def draw(directory: Path, target: Path) -> None:
    """Run the fleet, let something happen, and write the picture."""
    tokens = [make_token(number) for number in range(3)]
    async with running_sandbox(tokens, (UserSpec(USER, "Anna"),)) as sandbox:
        env = write_env(directory, [t.reveal() for t in tokens], sandbox.url)
        settings = load_settings(env)
        specs = worker_specs(settings, os.environ, sys.executable)
        supervisor = Supervisor(
            specs,
            RestartPolicy(start_delay_s=0.1),
            redactor=Redactor(settings.secrets),
            media_root=settings.media_root,
            clock=SystemClock(),
        )
        async with supervisor.running():
            await _until_ready(supervisor)
            await _live(sandbox.client(), settings.media_root)
            await _until_told(supervisor)
            await _kill_one(supervisor)
            app = CoderBotApp(supervisor, note=f"Chat page: {sandbox.url}/")
            async with app.run_test(size=SIZE) as pilot:
                await pilot.pause(1.2)
                picture = app.export_screenshot(title="coderbot-tui")
                target.write_text(_LOADED.sub("", picture))
                await supervisor.shut_down()


async def _until_ready(supervisor: Supervisor) -> None:
    async with supervisor.subscribe() as events:
        if all(bot.state is BotState.RUNNING for bot in supervisor.bots()):
            return
        async for event in events:
            if isinstance(event, FleetReady):
                return


async def _live(client: SandboxClient, media: Path) -> None:
    anna = client.user(USER, make_bot_id(1))
    await anna.say("/xterm")
    await anna.wait_for(lambda m: m.kind == "photo")
    (media / "bot-1" / "diagram.png").write_bytes(png(400, 300))
    await anna.wait_for(lambda m: "diagram.png" in m.text)


async def _until_told(supervisor: Supervisor) -> None:
    """Wait for the heartbeat that tells of the terminal."""
    async with supervisor.subscribe() as events:
        if any(bot.terminals for bot in supervisor.bots()):
            return
        async for event in events:
            if isinstance(event, BotChanged) and event.snapshot.terminals:
                return


async def _kill_one(supervisor: Supervisor) -> None:
    victim = supervisor.bots()[2]
    assert victim.pid is not None
    async with supervisor.subscribe() as events:
        os.kill(victim.pid, signal.SIGKILL)
        async for event in events:
            if (
                isinstance(event, BotChanged)
                and event.snapshot.state is BotState.BACKOFF
            ):
                return


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(draw(Path(name), TARGET))
