"""The story of each key, told by the calls and what the screen shows."""

import asyncio

import pytest
from rich.cells import cell_len
from rich.style import Style
from textual.message import Message
from textual.widgets import Button, Static

from coderbot.control.port import MediaFolder
from coderbot.errors import CoderBotError
from coderbot.supervisor.events import FleetReady, FleetStopping
from coderbot.supervisor.state import BotState
from coderbot.tui.app import CoderBotApp
from coderbot.tui.keys import GROUPS, palette
from coderbot.tui.messages import BotUpdated, LinesArrived
from coderbot.tui.screens.clean import CleanScreen
from coderbot.tui.screens.confirm import ConfirmScreen
from coderbot.tui.screens.help import HelpScreen
from coderbot.tui.screens.main import MainScreen
from coderbot.tui.screens.stopping import StoppingScreen
from tests.fakes.autoclock import AutoClock
from tests.fakes.supervisor import FakeSupervisor, a_bot
from tests.tui import fleets
from tests.tui.steering import (
    busy,
    is_open,
    row,
    screen_strips,
    screen_text,
    shown,
    table,
    toasts,
    until,
)


@pytest.mark.parametrize(
    ("key", "call", "words"),
    [
        ("r", "restart", "bot-1 was restarted"),
        ("s", "start", "bot-1 was started"),
        ("x", "stop", "bot-1 was stopped"),
    ],
)
async def test_a_key_acts_on_the_selected_bot(key: str, call: str, words: str) -> None:
    fleet = fleets.running(3)
    app = fleets.app(fleet)
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("j", key)
        await until(pilot, lambda: toasts(app) == [("information", words)])
        assert fleet.calls == [(call, "bot-1")]


@pytest.mark.parametrize(
    ("answer", "calls"),
    [
        ("y", [("kill", "bot-0")]),
        ("n", []),
        ("escape", []),
        ("enter", []),  # the focus is on no
    ],
)
async def test_kill_asks_first(answer: str, calls: list[tuple[str, ...]]) -> None:
    fleet = fleets.running(2)
    app = fleets.app(fleet)
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("X")
        await until(pilot, lambda: is_open(app, ConfirmScreen))
        assert shown(app, "Kill bot-0?")
        assert fleet.calls == []
        await pilot.press(answer)
        await until(pilot, lambda: is_open(app, MainScreen))
        await until(pilot, lambda: not busy(app))
        assert fleet.calls == calls
        assert bool(toasts(app)) == bool(calls)


async def test_a_click_on_yes_answers_too() -> None:
    fleet = fleets.running(1)
    app = fleets.app(fleet)
    async with app.run_test() as pilot:
        await pilot.press("X")
        await until(pilot, lambda: is_open(app, ConfirmScreen))
        assert app.screen.query_one("#yes", Button).label == "Kill (y)"
        await pilot.click("#yes")
        await until(pilot, lambda: fleet.calls == [("kill", "bot-0")])


FOLDERS = [
    MediaFolder("waiting", 3, 900),
    MediaFolder("sent", 12, 3_400_000),
    MediaFolder("received", 2, 1_000),
    MediaFolder("failed", 0, 0),
]


@pytest.mark.parametrize(
    ("keys", "cleaned", "words"),
    [
        (["y"], ("sent", "received"), "bot-0: deleted 14 files, 3.2 MB"),
        (["2", "y"], ("sent",), "bot-0: deleted 12 files, 3.2 MB"),
        (["e", "y"], ("sent", "received", "failed"), "bot-0: deleted 14 files, 3.2 MB"),
        (["n"], None, ""),
        (["e", "e", "y"], None, ""),  # nothing is chosen
    ],
)
async def test_clean_shows_counts_and_sizes_and_lets_choose(
    keys: list[str], cleaned: tuple[str, ...] | None, words: str
) -> None:
    fleet = fleets.running(2)
    fleet.folders["bot-0"] = FOLDERS
    app = fleets.app(fleet)
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: is_open(app, CleanScreen))
        assert shown(app, "12 files, 3.2 MB")
        assert shown(app, "0 files, 0 B")
        assert not shown(app, "waiting/")
        assert fleet.cleaned == []
        await pilot.press(*keys)
        await until(pilot, lambda: is_open(app, MainScreen))
        await until(pilot, lambda: not busy(app))
        assert fleet.cleaned == ([("bot-0", cleaned)] if cleaned else [])
        assert toasts(app) == ([("information", words)] if words else [])


async def test_clean_asks_nothing_when_there_is_nothing() -> None:
    fleet = fleets.running(1)
    app = fleets.app(fleet)
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("c")
        words = [("information", "bot-0 has nothing to clean")]
        await until(pilot, lambda: toasts(app) == words)
        assert fleet.cleaned == []


async def test_clean_waits_until_nothing_is_being_sent() -> None:
    fleet = fleets.running(1)
    fleet.folders["bot-0"] = FOLDERS
    app = fleets.app(fleet)
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: is_open(app, CleanScreen))
        fleet.change("bot-0", media_pending=2)  # meanwhile one sends
        await pilot.press("y")
        words = [("error", "bot-0 is sending 2 files\nTry again after that.")]
        await until(pilot, lambda: toasts(app) == words)
        await pilot.press("c")
        await until(pilot, lambda: toasts(app) == words * 2)
        assert fleet.cleaned == []


async def test_a_refusal_is_told_with_its_hint_and_never_as_markup() -> None:
    fleet = fleets.running(1)
    fleet.refuse["start"] = CoderBotError("[bold]no\x1b[2J", "Do this [/] first.")
    app = fleets.app(fleet)
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("s")
        words = [("error", "[bold]no\nDo this [/] first.")]
        await until(pilot, lambda: toasts(app) == words)
        await until(pilot, lambda: shown(app, "Could not start bot-0"))
        assert shown(app, "[bold]no")


async def test_the_same_command_is_not_begun_twice() -> None:
    fleet = fleets.running(2)
    fleet.hold["stop"] = asyncio.Event()
    app = fleets.app(fleet)
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("x", "x")
        words = [("warning", "bot-0: stop is already under way")]
        await until(pilot, lambda: toasts(app) == words)
        await pilot.press("j", "x")  # another bot is another matter
        await until(pilot, lambda: ("stop", "bot-1") in fleet.calls)
        fleet.hold["stop"].set()
        await until(pilot, lambda: not busy(app))
        assert fleet.calls == [("stop", "bot-0"), ("stop", "bot-1")]
        assert fleet.cancelled == []


async def test_a_kill_takes_the_place_of_a_slow_stop() -> None:
    fleet = fleets.running(1)
    fleet.hold["stop"] = asyncio.Event()
    app = fleets.app(fleet)
    async with app.run_test() as pilot:
        await pilot.press("x")
        await until(pilot, lambda: fleet.calls == [("stop", "bot-0")])
        await pilot.press("X")
        await until(pilot, lambda: is_open(app, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: ("kill", "bot-0") in fleet.calls)
        assert fleet.cancelled == [("stop", "bot-0")]


async def test_an_action_under_way_blocks_nothing() -> None:
    fleet = fleets.running(3)
    fleet.hold["restart"] = asyncio.Event()
    app = fleets.app(fleet)
    async with app.run_test() as pilot:
        await pilot.press("r")
        await until(pilot, lambda: fleet.calls == [("restart", "bot-0")])
        fleet.change("bot-2", state=BotState.FAILED, reason="revoked")
        await until(pilot, lambda: "✖ failed" in row(app, "bot-2"))
        await pilot.press("j")
        selected = table(app).selected
        assert selected is not None
        assert selected.bot == "bot-1"


async def test_keys_typed_ahead_act_on_the_bot_they_reached() -> None:
    fleet = fleets.running(5)
    app = fleets.app(fleet)
    async with app.run_test() as pilot:
        for key in ("j", "j", "j", "k", "r"):
            app.simulate_key(key)
        await until(pilot, lambda: fleet.calls != [])
        assert fleet.calls == [("restart", "bot-2")]


async def test_events_update_cells_in_place() -> None:
    fleet = fleets.running(4)
    app = fleets.app(fleet)
    heard: list[Message] = []
    async with app.run_test(size=(120, 30), message_hook=heard.append) as pilot:
        await pilot.press("j", "j")
        fleet.change(
            "bot-2", state=BotState.BACKOFF, next_start_in_s=4.5, reason="boom"
        )
        await until(pilot, lambda: "↻ backoff 5s" in row(app, "bot-2"))
        assert "boom" in row(app, "bot-2")
        assert any(isinstance(message, BotUpdated) for message in heard)
        selected = table(app).selected
        assert selected is not None
        assert selected.bot == "bot-2"  # the selection stayed
        assert shown(app, "3/4 running")
        assert shown(app, "↻ Coder 2  ·  boom")


async def test_time_moves_without_events() -> None:
    fleet = fleets.running(2)
    app = fleets.app(fleet)
    async with app.run_test(size=(120, 30)) as pilot:
        fleet.quietly("bot-1", uptime_s=65.0, rss_bytes=99 * 2**20)
        await until(pilot, lambda: "1m 05s" in row(app, "bot-1"))
        assert any(cell.startswith("99 MB") for cell in row(app, "bot-1"))


async def test_bots_come_while_the_dashboard_is_open() -> None:
    fleet = FakeSupervisor()
    app = fleets.app(fleet)
    async with app.run_test() as pilot:
        assert shown(app, "No bots yet")
        await pilot.press("r", "s", "x", "X", "c", "j", "enter")
        assert fleet.calls == []
        fleet.put(a_bot(0))
        await until(pilot, lambda: shown(app, "@coder_0_bot"))
        assert not shown(app, "No bots yet")
        fleet.put(a_bot(1))
        await until(pilot, lambda: shown(app, "@coder_1_bot"))
        assert shown(app, "2/2 running")


async def test_the_selection_survives_a_new_bot_and_another_width() -> None:
    fleet = fleets.running(5)
    app = fleets.app(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", "j", "j")
        fleet.put(a_bot(5))
        await until(pilot, lambda: len(table(app).shown) == 6)
        await pilot.resize_terminal(200, 50)
        await until(pilot, lambda: shown(app, "lines/s"))
        selected = table(app).selected
        assert selected is not None
        assert selected.bot == "bot-3"
        assert table(app).cursor_row == 3


@pytest.mark.parametrize("width", [80, 120, 200])
async def test_odd_names_leave_columns_where_they_are(width: int) -> None:
    fleet = fleets.running(10)
    app = fleets.app(fleet)
    async with app.run_test(size=(width, 30)) as pilot:
        await pilot.pause()
        strips = screen_strips(app)
        cells = {
            _cells_before(strip.text, "●") for strip in strips if " @" in strip.text
        }
        assert len(cells) == 1


def _cells_before(text: str, sign: str) -> int:
    return cell_len(text.partition(sign)[0])


async def test_a_hundred_bots_are_shown_and_steered() -> None:
    fleet = fleets.running(100)
    app = fleets.app(fleet)
    async with app.run_test(size=(120, 40)) as pilot:
        assert shown(app, "100/100 running")
        for bot in fleet.bots():
            fleet.change(bot.bot, restarts=7)
        await until(pilot, lambda: shown(app, "700 restarts"))
        await pilot.press(*["j"] * 60)
        assert shown(app, "bot-60")
        await pilot.press("r")
        await until(pilot, lambda: fleet.calls == [("restart", "bot-60")])


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_quit_asks_stops_all_and_shows_it_to_the_end(key: str) -> None:
    fleet, clock = fleets.running(3), AutoClock()
    app = fleets.app(fleet, clock=clock)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: shown(app, "Stop all bots and quit?"))
        await pilot.press(key, "n")
        await until(pilot, lambda: is_open(app, MainScreen))
        assert fleet.calls == []
        await pilot.press(key, "y")
        await until(pilot, lambda: shown(app, "at most 10s more"))
        assert fleet.calls == [("shut_down",)]
        assert sum("10s left" in text for text in screen_text(app)) == 3
        clock.time_s += 4
        await until(pilot, lambda: shown(app, "at most 6s more"))
        fleet.change("bot-1", state=BotState.STOPPED, last_exit="exit 0")
        await until(pilot, lambda: shown(app, "1/3 bots ended"))
        await pilot.press("ctrl+c")  # impatience changes nothing
        assert fleet.calls == [("shut_down",)]
        fleet.end_stop()
        await until(pilot, lambda: not app.is_running)
    assert app.return_code == 0
    assert fleet.listeners == 0


async def test_kill_now_while_stopping() -> None:
    fleet = fleets.running(2)
    app = fleets.app(fleet, clock=AutoClock())
    async with app.run_test() as pilot:
        await pilot.press("q", "y")
        await until(pilot, lambda: shown(app, "at most 10s more"))
        await pilot.press("X")
        await until(pilot, lambda: shown(app, "2/2 bots ended"))
        assert fleet.calls == [("shut_down",), ("kill_now",)]
        assert shown(app, "SIGKILL")
        fleet.end_stop()
        await until(pilot, lambda: not app.is_running)


async def test_a_stop_that_others_asked_for_is_shown_and_ends_the_app() -> None:
    fleet = fleets.running(2)
    app = fleets.app(fleet, clock=AutoClock())
    async with app.run_test() as pilot:
        await pilot.press("X")  # even over a question
        await until(pilot, lambda: is_open(app, ConfirmScreen))
        fleet.begin_stop(7.0)
        await until(pilot, lambda: shown(app, "at most 7s more"))
        fleet.tell(FleetStopping(5.0))  # told again: no second screen
        await until(pilot, lambda: shown(app, "at most 5s more"))
        stopping = [type(screen) for screen in app.screen_stack]
        assert stopping.count(StoppingScreen) == 1
        fleet.end_stop()
        await until(pilot, lambda: not app.is_running)
    assert fleet.calls == []


async def test_a_stop_that_fails_is_told() -> None:
    fleet = fleets.running(1)
    fleet.refuse["shut_down"] = CoderBotError("The socket is gone", "Try again.")
    app = fleets.app(fleet)
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("q", "y")
        words = [("error", "The socket is gone Try again.")]
        await until(pilot, lambda: toasts(app) == words)
        assert isinstance(app.screen, MainScreen)
        assert app.is_running


async def test_ready_is_told() -> None:
    fleet = fleets.running(3)
    app = fleets.app(fleet)
    async with app.run_test(notifications=True) as pilot:
        await until(pilot, lambda: fleet.listeners == 1)
        fleet.tell(FleetReady(3))
        await until(pilot, lambda: toasts(app) == [("information", "3 bots ready")])


async def test_help_lists_every_key() -> None:
    app = fleets.app(fleets.running(1))
    async with app.run_test(size=(120, 60)) as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: is_open(app, HelpScreen))
        told = " ".join(str(each.render()) for each in app.screen.query(Static))
        for group in GROUPS:
            for binding in group.keys:
                assert binding.id
                assert binding.description
                assert binding.tooltip in told, binding
        await pilot.press("escape")
        await until(pilot, lambda: is_open(app, MainScreen))


async def test_the_palette_offers_every_action_and_carries_it_out() -> None:
    fleet = fleets.running(1)
    app = fleets.app(fleet)
    async with app.run_test() as pilot:
        commands = {each.title: each for each in app.get_system_commands(app.screen)}
        offered = {binding.description for binding in palette()}
        assert set(commands) == offered | {"Theme"}
        commands["Restart"].callback()
        await until(pilot, lambda: fleet.calls == [("restart", "bot-0")])


async def test_the_note_is_shown_and_copied_by_a_click() -> None:
    app = fleets.app(fleets.running(1), "chat: http://127.0.0.1:1/ [b]\x1b[2J")
    async with app.run_test(notifications=True) as pilot:
        note = "chat: http://127.0.0.1:1/ [b]"
        assert shown(app, note)
        await pilot.click("Note")
        await until(pilot, lambda: app.clipboard == note)


@pytest.mark.parametrize("key", ["D", "q"])
async def test_an_attached_dashboard_only_leaves(key: str) -> None:
    fleet = fleets.running(1)
    app = fleets.app(fleet, attached=True)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: not app.is_running)
    assert app.return_value is True
    assert fleet.calls == []


async def test_the_parents_dashboard_can_be_left_too() -> None:
    fleet = fleets.running(1)
    app = fleets.app(fleet)
    async with app.run_test() as pilot:
        await pilot.press("D")
        await until(pilot, lambda: not app.is_running)
    assert app.return_value is True
    assert fleet.calls == []


@pytest.mark.parametrize("key", ["X", "question_mark", "slash"])
async def test_ctrl_c_stops_the_fleet_from_any_screen(key: str) -> None:
    fleet = fleets.running(1)
    app = fleets.app(fleet)
    async with app.run_test() as pilot:
        await pilot.press(key, "ctrl+c")
        await until(pilot, lambda: is_open(app, ConfirmScreen))
        if key == "X":
            await pilot.press("n", "ctrl+c")  # one question at a time
        await pilot.press("y")
        await until(pilot, lambda: fleet.calls == [("shut_down",)])
        fleet.end_stop()
        await until(pilot, lambda: not app.is_running)


def _colours(app: CoderBotApp, text: str) -> list[Style | None]:
    """Return the styles in which the screen shows a text."""
    strips = screen_strips(app)
    found = [each.style for strip in strips for each in strip if text in each.text]
    assert found
    return found


async def test_the_look_changes_and_cells_with_it() -> None:
    app = fleets.app(fleets.troubled())
    async with app.run_test(size=(120, 30)) as pilot:
        dark = _colours(app, "✖ failed")
        await pilot.press("T")
        await until(pilot, lambda: _colours(app, "✖ failed") != dark)
        assert not app.current_theme.dark


async def test_lines_are_gathered_into_few_messages() -> None:
    fleet = fleets.running(1)
    app = fleets.app(fleet)
    heard: list[Message] = []
    async with app.run_test(message_hook=heard.append) as pilot:
        await until(pilot, lambda: fleet.listeners == 1)
        for number in range(500):
            fleet.say(f"line {number}", "bot-0")
        await until(pilot, lambda: shown(app, "line 499"))
        arrived = {id(each) for each in heard if isinstance(each, LinesArrived)}
        assert 1 <= len(arrived) <= 5
