"""The first run, told by what it asks and writes."""

import asyncio

import pytest

from coderbot.errors import CoderBotError
from coderbot.tui.setup import SetupApp
from tests.tui.conftest import Compare
from tests.tui.steering import shown, until


class FakeSetup:
    """Plays a `Setup`."""

    place = "/srv/fleet/.env"

    def __init__(self) -> None:
        self.started = asyncio.Event()
        self.written: list[tuple[str, str, str]] = []

    async def check(self, token: str) -> str:
        if token != "12:good":
            raise CoderBotError("Telegram refuses this token (HTTP 401)")
        return "first_helper_bot"

    async def starter(self, token: str) -> tuple[int, str] | None:
        await self.started.wait()
        return 1001, "Anna"

    async def write(self, token: str, user: str, media: str) -> None:
        if not user:
            raise CoderBotError("A user id is a number such as 123456789")
        self.written.append((token, user, media))


async def test_three_answers_write_the_settings_and_start() -> None:
    setup = FakeSetup()
    app = SetupApp(setup, "/srv/fleet/media")
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press(*"12:bad", "enter")
        await until(pilot, lambda: shown(app, "✖ Telegram refuses this token"))
        await pilot.press(*["backspace"] * 3, *"good", "enter")
        await until(pilot, lambda: shown(app, "✓ @first_helper_bot"))
        assert not shown(app, "12:good")
        await until(pilot, lambda: shown(app, "Send /start to @first_helper_bot"))
        setup.started.set()
        await until(pilot, lambda: shown(app, "✓ Anna has sent /start"))
        await pilot.press("enter")
        await until(pilot, lambda: not app.is_running)
    assert setup.written == [("12:good", "1001", "/srv/fleet/media")]
    assert app.return_value == "start"


async def test_what_is_missing_is_said() -> None:
    setup = FakeSetup()
    app = SetupApp(setup, "media")
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press(*"12:good", "tab", "tab", "enter")
        await until(pilot, lambda: shown(app, "✖ A user id is a number"))
        assert setup.written == []


@pytest.mark.parametrize(("key", "outcome"), [("ctrl+t", "demo"), ("escape", None)])
async def test_the_demo_needs_no_answers(key: str, outcome: str | None) -> None:
    app = SetupApp(FakeSetup(), "media")
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: not app.is_running)
    assert app.return_value == outcome


@pytest.mark.parametrize(
    "size", [(80, 24), (120, 40), (200, 60)], ids="{0[0]}x{0[1]}".format
)
def test_setup(look: Compare, size: tuple[int, int]) -> None:
    """The first run, with a token that was checked."""
    app = SetupApp(FakeSetup(), "/srv/fleet/media")
    press = [*"12:good", "enter"]
    assert look(app, press=press, terminal_size=size)
