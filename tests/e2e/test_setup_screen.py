"""The first run in a real terminal: from an empty directory to a bot that answers."""

import asyncio
import stat

from coderbot.config.envfile import values_of
from coderbot.errors import ExitCode
from tests.e2e.conftest import World
from tests.e2e.fleet import USER
from tests.e2e.test_dashboard import Dashboard, worker_pids


def first_run(world: World) -> Dashboard:
    """Start `coderbot-tui` where there is no `.env`."""
    command = ("-c", "from coderbot.cli import main_tui; main_tui()")
    return Dashboard(str(world.directory), command, TELEGRAM_API_ROOT=world.url)


async def test_three_answers_make_a_running_fleet(world: World) -> None:
    token = world.tokens[0]
    screen = first_run(world)

    async def wait(words: str) -> str:
        return await asyncio.to_thread(screen.wait, lambda text: words in text)

    try:
        await wait("Welcome to CoderBot")
        screen.press("12:nonsense\r")
        await wait("✖")
        screen.press("\x15")  # Control-U empties the field
        screen.press(f"{token}\r")
        shown = await wait("Send /start to @")
        assert token.partition(":")[2] not in shown
        await world.user().say("/start")
        await wait("✓ Anna has sent /start")
        assert not (world.directory / ".env").exists()
        screen.press("\r")
        await asyncio.to_thread(screen.wait, lambda text: len(worker_pids(text)) == 1)
        written = world.directory / ".env"
        assert stat.S_IMODE(written.stat().st_mode) == 0o600
        values = values_of(written.read_text())
        assert values["TELEGRAM_BOT_TOKENS"] == token
        assert values["ALLOWED_USER_IDS"] == str(USER)
        assert token.encode() not in screen.sent
        screen.press("q")
        await wait("Stop all bots and quit?")
        screen.press("y")
        assert await asyncio.to_thread(screen.exit_code) == ExitCode.OK
    finally:
        screen.kill()


async def test_who_leaves_leaves_nothing_behind(world: World) -> None:
    screen = first_run(world)
    try:
        await asyncio.to_thread(screen.wait, lambda text: "Welcome to CoderBot" in text)
        screen.press("\x03")
        await asyncio.to_thread(screen.exit_code)
    finally:
        screen.kill()
    assert list(world.directory.iterdir()) == []
