"""Panes of the log: layouts, filters, and the whole history."""

import stat
from pathlib import Path

import pytest
from textual import events

from coderbot.loglevel import Level
from coderbot.tui.app import CoderBotApp
from coderbot.tui.widgets.log_pane import LogPane
from coderbot.tui.widgets.log_wall import LogWall
from tests.fakes.supervisor import FakeSupervisor, a_bot
from tests.tui import fleets
from tests.tui.steering import log_view, screen_text, shown, until


def wall(app: CoderBotApp) -> LogWall:
    return app.screen_stack[0].query_one(LogWall)


def scopes(app: CoderBotApp) -> list[str | None]:
    return [pane.scope for pane in wall(app).panes]


def talking(count: int) -> FakeSupervisor:
    fleet = FakeSupervisor([a_bot(index) for index in range(count)])
    for index in range(count):
        fleet.say(f"word of {index}", f"bot-{index}")
    return fleet


async def test_layouts_have_a_pane_for_each_bot_they_have_room_for() -> None:
    fleet = talking(6)
    app = fleets.app(fleet)
    async with app.run_test(size=(160, 50)) as pilot:
        assert scopes(app) == [None]
        await pilot.press("v")
        await until(pilot, lambda: scopes(app) == ["bot-0", "bot-1"])
        await until(pilot, lambda: shown(app, "word of 1"))
        assert not shown(app, "word of 2")
        await pilot.press("v")
        await until(pilot, lambda: scopes(app) == [f"bot-{n}" for n in range(4)])
        await pilot.press(*["j"] * 4)  # the next page of bots
        await until(pilot, lambda: scopes(app) == ["bot-4", "bot-5"])
        await until(pilot, lambda: shown(app, "word of 5"))
        await pilot.press("v")
        await until(pilot, lambda: scopes(app) == [f"bot-{n}" for n in range(6)])
        fleet.say("said to all panes", "bot-3")
        await until(pilot, lambda: shown(app, "said to all panes"))
        count = sum("said to all panes" in row for row in screen_text(app))
        assert count == 1
        await pilot.press("v")
        await until(pilot, lambda: scopes(app) == [None])
        await until(pilot, lambda: shown(app, "said to all panes"))


async def test_keys_act_on_the_pane_of_the_selected_bot() -> None:
    fleet = talking(4)
    for index in range(4):
        fleet.say_all([f"line {n} of {index}" for n in range(100)], f"bot-{index}")
    app = fleets.app(fleet)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press("v", "v")
        await until(pilot, lambda: len(scopes(app)) == 4)
        await until(pilot, lambda: shown(app, "line 99 of 3"))
        await pilot.press("j", "g")
        await until(pilot, lambda: shown(app, "line 0 of 1"))
        assert not shown(app, "line 0 of 0")
        paused = [pane.scope for pane in wall(app).panes if not pane.view.following]
        assert paused == ["bot-1"]


async def test_levels_and_words_are_filtered() -> None:
    fleet = FakeSupervisor([a_bot(0)])
    fleet.say("quiet detail", "bot-0", level=Level.DEBUG)
    fleet.say("a warning", "bot-0", level=Level.WARNING)
    fleet.say("an error of the disk", "bot-0", level=Level.ERROR)
    app = fleets.app(fleet)
    async with app.run_test(size=(120, 30)) as pilot:
        assert shown(app, "quiet detail")
        await pilot.press("L", "L")
        await until(pilot, lambda: not shown(app, "quiet detail"))
        assert shown(app, "≥ warning")
        assert shown(app, "a warning")
        fleet.say("more detail", "bot-0", level=Level.DEBUG)
        fleet.say("another warning", "bot-0", level=Level.WARNING)
        await until(pilot, lambda: shown(app, "another warning"))
        assert not shown(app, "more detail")
        await pilot.press("l", *"!/^another/", "enter")
        await until(pilot, lambda: not shown(app, "another warning"))
        assert shown(app, "an error of the disk")
        await pilot.press("escape")  # gives the filters up
        await until(pilot, lambda: shown(app, "more detail"))


async def test_a_bad_expression_is_told_and_changes_nothing() -> None:
    app = fleets.app(talking(1))
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await pilot.press("l", *"/(/", "enter")
        await until(pilot, lambda: shown(app, "Bad expression"))
        assert shown(app, "word of 0")
        await pilot.press("slash", *"(", "ctrl+r")
        await until(pilot, lambda: shown(app, "bad expression"))
        assert app.is_running


async def test_regular_expressions_and_counts() -> None:
    app = fleets.app(talking(6))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("slash", *"of [0-2]$")
        await until(pilot, lambda: shown(app, "no match: of [0-2]$"))
        await pilot.press("ctrl+r")
        await until(pilot, lambda: shown(app, "match 3: of [0-2]$"))
        await pilot.press("enter")
        await until(pilot, lambda: shown(app, "match 3/3"))
        await pilot.press("N")
        await until(pilot, lambda: shown(app, "match 2/3"))


async def test_errors_are_jumped_to() -> None:
    fleet = FakeSupervisor([a_bot(0)])
    for block in range(3):
        fleet.say_all([f"fine {block} {n}" for n in range(80)], "bot-0")
        fleet.say(f"broken {block}", "bot-0", level=Level.ERROR)
    fleet.say_all(["fine"] * 80, "bot-0")
    app = fleets.app(fleet)
    async with app.run_test(size=(120, 30)) as pilot:
        for key, words in (("E", "broken 2"), ("E", "broken 1"), ("e", "broken 2")):
            await pilot.press(key)
            await until(pilot, lambda words=words: shown(app, words))  # type: ignore[misc]


async def test_what_is_no_longer_held_is_found_and_read_on() -> None:
    fleet = FakeSupervisor([a_bot(0)])
    fleet.say("needle in the past", "bot-0")
    fleet.say_all([f"hay {number}" for number in range(5_000)], "bot-0")
    fleet.say("needle of today", "bot-0")
    app = fleets.app(fleet)
    async with app.run_test(size=(140, 30)) as pilot:
        view = log_view(app)
        view._buffer._keep = 3_000
        view.show(fleet.lines(limit=1_000))
        await pilot.press("slash", *"needle")
        await until(pilot, lambda: shown(app, "match 1 of 2 in all: needle"))
        await pilot.press("enter")
        await until(pilot, lambda: shown(app, "match 1/1 of 2"))
        await pilot.press("N")
        await until(pilot, lambda: shown(app, "needle in the past"))
        assert view.is_past
        fleet.say("said meanwhile", "bot-0")
        await until(pilot, lambda: shown(app, "history, 1 new line"))
        await pilot.press("pagedown")
        assert not shown(app, "said meanwhile")
        await pilot.press("G")
        await until(pilot, lambda: shown(app, "said meanwhile"))
        assert view.following
        assert not view.is_past


async def test_scrolling_to_the_top_reads_older_lines() -> None:
    fleet = FakeSupervisor([a_bot(0)])
    fleet.say_all([f"line {number}" for number in range(3_000)], "bot-0")
    app = fleets.app(fleet)
    async with app.run_test(size=(120, 30)) as pilot:
        view = log_view(app)
        view.show(fleet.lines(limit=500))
        await pilot.press("g")
        await until(pilot, lambda: view.line_count == 1_500)
        assert shown(app, "line 2500")  # what one reads stays
        await pilot.press("pageup")
        await until(pilot, lambda: shown(app, "line 2499"))


async def test_rules_part_runs() -> None:
    fleet = FakeSupervisor([a_bot(0)])
    fleet.say("─ run 2 started, pid 7 ─", "bot-0", stream="sup")
    app = fleets.app(fleet)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: shown(app, "─ run 2 started, pid 7 ───────────"))


async def test_lines_in_view_are_copied_and_all_are_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    fleet = FakeSupervisor([a_bot(0)])
    fleet.say("\x1b[31mred\x1b[0m word", "bot-0")
    app = fleets.app(fleet)
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await pilot.press("y")
        line = "22:13:21 [Worker bot-0]   red word"
        await until(pilot, lambda: app.clipboard == line)
        await pilot.press("o")
        await until(pilot, lambda: shown(app, "Write 1 line to a file"))
        await pilot.press("enter")
        await until(pilot, lambda: shown(app, "Written:"))
        (file,) = tmp_path.iterdir()
        expected = "2023-11-14T22:13:21.000Z [Worker bot-0] red word\n"
        assert file.read_text() == expected
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        await pilot.press("o", "enter")  # never over another file
        await until(pilot, lambda: shown(app, "File exists"))


async def test_panes_are_made_for_a_hundred_bots() -> None:
    fleet = talking(100)
    app = fleets.app(fleet)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("v", "v", "v")
        await until(pilot, lambda: len(scopes(app)) == 100)
        await until(pilot, lambda: shown(app, "word of 0"))
        await pilot.press("v")
        await until(pilot, lambda: len(app.screen.query(LogPane)) == 1)


async def test_a_search_typed_ahead_goes_into_the_field() -> None:
    fleet = talking(2)
    app = fleets.app(fleet)
    async with app.run_test(size=(120, 30)) as pilot:
        for character in "/word x":  # each means something elsewhere
            key = {"/": "slash", " ": "space"}.get(character, character)
            app.post_message(events.Key(key, character))
        await until(pilot, lambda: shown(app, "no match: word x"))
        assert fleet.calls == [] or fleet.calls == [("search",)]


async def test_a_storm_of_sizes_breaks_nothing() -> None:
    fleet = talking(10)
    app = fleets.app(fleet)
    sizes = [(200, 60), (3, 2), (81, 24), (20, 5), (1, 1), (120, 12), (40, 60)]
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("v", "v")
        for number in range(21):
            await pilot.resize_terminal(*sizes[number % len(sizes)])
            fleet.say_all([f"storm {number}"] * 50, f"bot-{number % 10}")
        await pilot.resize_terminal(160, 50)
        await pilot.press("v", "v")
        await until(pilot, lambda: scopes(app) == [None])
        await until(pilot, lambda: shown(app, "storm 20"))
