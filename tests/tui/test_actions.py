"""Commands for many bots, for the fleet, and the details of one."""

import asyncio

import pytest

from coderbot.control.port import Changes, MediaFile, MediaFolder, TerminalScreen
from coderbot.errors import CoderBotError
from coderbot.loglevel import Level
from coderbot.supervisor.state import BotState
from coderbot.tui.screens.add import AddScreen
from coderbot.tui.screens.confirm import ConfirmScreen
from coderbot.tui.screens.detail import DetailScreen
from coderbot.tui.screens.main import MainScreen
from tests.tui import fleets
from tests.tui.steering import busy, is_open, shown, table, toasts, until


class FakeTokens:
    """Plays a `TokenEditor`."""

    place = "/srv/fleet/.env"

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.removed: list[str] = []

    async def check(self, token: str) -> str:
        if token != "12:good":
            raise CoderBotError("Telegram refuses this token (HTTP 401)")
        return "new_helper_bot"

    async def add(self, token: str) -> None:
        self.kept.append(token)

    async def remove(self, fingerprint: str) -> None:
        self.removed.append(fingerprint)


async def test_a_command_acts_on_all_marked_bots() -> None:
    fleet = fleets.running(5)
    app = fleets.app(fleet)
    async with app.run_test(notifications=True, size=(120, 30)) as pilot:
        await pilot.press("space", "j", "space")
        await until(pilot, lambda: shown(app, "2 marked"))
        assert table(app).marked == ("bot-0", "bot-2")
        await pilot.press("r")
        words = [("information", "2 bots were restarted")]
        await until(pilot, lambda: toasts(app) == words)
        assert fleet.calls == [("restart", "bot-0"), ("restart", "bot-2")]
        await pilot.press("escape")
        await until(pilot, lambda: not shown(app, "2 marked"))
        await pilot.press("M", "x")
        await until(pilot, lambda: len(fleet.calls) == 7)
        await pilot.press("M")
        await until(pilot, lambda: not table(app).marked)


async def test_what_fails_for_some_is_told_and_done_for_the_others() -> None:
    fleet = fleets.running(3)
    fleet.refuse["stop"] = CoderBotError("No.", "Never.")
    app = fleets.app(fleet)
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("M", "x")
        await until(
            pilot, lambda: any("3 of 3 failed" in text for _, text in toasts(app))
        )
        assert len(fleet.calls) == 3


async def test_bots_are_filtered_and_sorted() -> None:
    fleet = fleets.troubled()
    app = fleets.app(fleet)
    async with app.run_test(size=(160, 40)) as pilot:
        await pilot.press("f", *"running !owl !offline")
        await until(pilot, lambda: shown(app, "of 10 bots: running !owl !offline"))
        assert not shown(app, "@docs_writer")
        assert shown(app, "@gpu_farm") is False
        await pilot.press("enter", "escape")
        await until(pilot, lambda: shown(app, "@docs_writer"))
        for _ in range(5):
            await pilot.press("greater_than_sign")
        await until(pilot, lambda: shown(app, "by up ▼"))
        names = [bot.bot for bot in table(app).shown]
        assert names[0] == "bot-2"  # 3h 25m, before bot-6 by index
        assert set(names[-3:]) == {"bot-1", "bot-3", "bot-7"}  # they have none
        await pilot.press("I")
        await until(pilot, lambda: shown(app, "by up ▲"))
        assert table(app).shown[0].bot == "bot-5"


async def test_a_click_on_a_title_sorts_by_it() -> None:
    app = fleets.app(fleets.running(5))
    async with app.run_test(size=(120, 30)) as pilot:
        header = table(app).region
        await pilot.click(offset=(header.x + 10, header.y))
        await until(pilot, lambda: shown(app, "by username ▲"))
        await pilot.click(offset=(header.x + 10, header.y))
        await until(pilot, lambda: shown(app, "by username ▼"))


async def test_restart_all_waits_for_each_to_be_ready() -> None:
    fleet = fleets.running(3)
    app = fleets.app(fleet)
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("R", "y")
        for index in range(3):
            bot = f"bot-{index}"
            await until(pilot, lambda bot=bot: fleet.calls[-1:] == [("restart", bot)])  # type: ignore[misc]
            assert len(fleet.calls) == index + 1
            fleet.change(bot, state=BotState.RUNNING, status="polling")
        last = ("information", "3 bots restarted, one after another")
        await until(pilot, lambda: toasts(app)[-1] == last)


async def test_restart_all_ends_at_the_first_that_does_not_come_back() -> None:
    fleet = fleets.running(3)
    app = fleets.app(fleet)
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("R", "y")
        await until(pilot, lambda: fleet.calls == [("restart", "bot-0")])
        fleet.change("bot-0", state=BotState.BACKOFF, reason="boom")
        await until(pilot, lambda: toasts(app)[-1][0] == "error")
        assert "bot-0 did not come back: boom" in toasts(app)[-1][1]
        assert fleet.calls == [("restart", "bot-0")]


async def test_stop_all_asks_and_stops_all_that_run() -> None:
    fleet = fleets.running(3)
    fleet.quietly("bot-1", state=BotState.STOPPED)
    app = fleets.app(fleet)
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("S")
        await until(pilot, lambda: shown(app, "Stop 2 bots?"))
        await pilot.press("y")
        await until(pilot, lambda: ("information", "2 bots stopped") in toasts(app))
        assert fleet.calls == [("stop", "bot-0"), ("stop", "bot-2")]


async def test_a_bot_is_added_by_a_token_that_is_checked_first() -> None:
    fleet, tokens = fleets.running(1), FakeTokens()
    fleet.changes = Changes(added=("bot-1",))
    app = fleets.app(fleet, tokens=tokens)
    async with app.run_test(notifications=True, size=(120, 30)) as pilot:
        await pilot.press("a")
        await until(pilot, lambda: is_open(app, AddScreen))
        await pilot.press(*"12:bad", "enter")
        await until(pilot, lambda: shown(app, "✖ Telegram refuses this token"))
        await pilot.press(*["backspace"] * 3, *"good")
        assert not shown(app, "12:good")  # it is typed hidden
        await pilot.press("enter")
        await until(pilot, lambda: shown(app, "✓ This is @new_helper_bot."))
        assert tokens.kept == []
        await pilot.press("enter")
        words = ("information", "@new_helper_bot was added as bot-1")
        await until(pilot, lambda: words in toasts(app))
        assert tokens.kept == ["12:good"]
        assert fleet.calls == [("reload",)]


async def test_a_bot_is_removed_by_its_fingerprint() -> None:
    fleet, tokens = fleets.running(2), FakeTokens()
    app = fleets.app(fleet, tokens=tokens)
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("j", "delete")
        await until(pilot, lambda: shown(app, "Remove bot-1?"))
        await pilot.press("y")
        await until(
            pilot, lambda: toasts(app) == [("information", "bot-1 was removed")]
        )
        assert tokens.removed == ["print-bot-1"]
        assert fleet.calls[-1] == ("reload",)


@pytest.mark.parametrize("key", ["a", "delete"])
async def test_without_a_file_for_tokens_that_is_said(key: str) -> None:
    fleet = fleets.running(1)
    app = fleets.app(fleet)
    async with app.run_test(notifications=True) as pilot:
        await pilot.press(key)
        await until(
            pilot, lambda: "no .env" in "".join(text for _, text in toasts(app))
        )
        assert fleet.calls == []


async def test_reload_shows_the_plan_first() -> None:
    fleet = fleets.running(2)
    fleet.changes = Changes(("bot-2",), ("bot-0",), ("bot-1",), ("METRICS_PORT",))
    app = fleets.app(fleet)
    async with app.run_test(notifications=True, size=(100, 30)) as pilot:
        await pilot.press("u")
        await until(pilot, lambda: is_open(app, ConfirmScreen))
        for words in ("Starts: bot-2", "leaves: bot-0", "Restarts: bot-1"):
            assert shown(app, words)
        assert fleet.calls == [("plan",)]
        await pilot.press("y")
        await until(pilot, lambda: fleet.calls == [("plan",), ("reload",)])
        await until(pilot, lambda: toasts(app) != [])
        fleet.changes = Changes()
        await pilot.press("u")
        await until(pilot, lambda: fleet.calls[-1] == ("plan",))
        await until(pilot, lambda: "Nothing has changed" in toasts(app)[-1][1])


async def test_settings_that_touch_no_bot_are_taken_up_too() -> None:
    fleet = fleets.running(2)
    fleet.changes = Changes(at_once=("VERBOSE_LOGGING",), next_start=("WORKER_NICE",))
    app = fleets.app(fleet)
    async with app.run_test(notifications=True, size=(100, 30)) as pilot:
        await pilot.press("u")
        await until(pilot, lambda: is_open(app, ConfirmScreen))
        assert shown(app, "From now on: VERBOSE_LOGGING")
        assert shown(app, "next start on: WORKER_NICE")
        await pilot.press("y")
        await until(pilot, lambda: fleet.calls == [("plan",), ("reload",)])


async def test_details_tell_all_that_is_known() -> None:
    fleet = fleets.running(2)
    fleet.say("─ run 1 started, pid 42 ─", "bot-0", stream="sup")
    fleet.say("stranger 77 was turned away", "bot-0", level=Level.WARNING)
    fleet.screens["bot-0"] = [
        TerminalScreen(user=1001, title="vim", columns=40, rows=3, text="hello\n~")
    ]
    fleet.folders["bot-0"] = [
        MediaFolder("sent", 1, 2_048, (MediaFile("report.pdf", 2_048, 1.7e9),)),
        MediaFolder("failed", 0, 0),
    ]
    app = fleets.app(fleet)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: is_open(app, DetailScreen))
        await until(pilot, lambda: shown(app, "last poll"))
        pages = (
            ["Secret(0a1b2c3d)", "1800  (default)"],
            ["run 1 started, pid 42", "Crashes"],
            ["user 1001 · vim · 40x3", "│hello"],
            ["sent/", "1 file, 2.0 kB", "report.pdf"],
            ["stranger 77 was turned away"],
        )
        for words in pages:
            await pilot.press("l")
            for word in words:
                await until(pilot, lambda word=word: shown(app, word))  # type: ignore[misc]
        fleet.say("again a stranger", "bot-0", level=Level.WARNING)
        await until(pilot, lambda: shown(app, "again a stranger"))  # it is live
        await pilot.press("escape")
        await until(pilot, lambda: is_open(app, MainScreen))


async def test_details_tell_what_cannot_be_known() -> None:
    fleet = fleets.running(1)
    fleet.refuse["terminals"] = CoderBotError("The worker of bot-0 does not answer")
    app = fleets.app(fleet)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter", "l", "l", "l")
        await until(pilot, lambda: shown(app, "does not answer"))
        assert not busy(app)


async def test_a_fleet_command_under_way_gives_way_to_the_next() -> None:
    fleet = fleets.running(2)
    fleet.hold["restart"] = asyncio.Event()
    app = fleets.app(fleet)
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("R", "y")
        await until(pilot, lambda: fleet.calls == [("restart", "bot-0")])
        await pilot.press("S", "y")
        await until(pilot, lambda: ("stop", "bot-1") in fleet.calls)
        assert fleet.cancelled == [("restart", "bot-0")]
