"""The log: following, counting, searching, and what must not be obeyed."""

import statistics
import time

from rich.cells import cell_len
from textual.events import MouseScrollUp
from textual.geometry import Offset
from textual.selection import Selection

from coderbot.loglevel import Level
from coderbot.tui.app import CoderBotApp
from tests.fakes.supervisor import FakeSupervisor, a_bot
from tests.tui import fleets
from tests.tui.steering import log_view, shown, until


def long_fleet(lines: int = 300) -> FakeSupervisor:
    fleet = FakeSupervisor([a_bot(0), a_bot(1)])
    fleet.say_all([f"line {number}" for number in range(lines)], "bot-0")
    return fleet


def rows(app: CoderBotApp) -> list[str]:
    """Return the rows of the log that are in view."""
    view = log_view(app)
    return [view.render_line(y).text for y in range(view.size.height)]


async def test_it_follows_the_newest_line() -> None:
    fleet = long_fleet()
    app = fleets.app(fleet)
    async with app.run_test() as pilot:
        await until(pilot, lambda: shown(app, "line 299"))
        fleet.say("the newest", "bot-1")
        await until(pilot, lambda: shown(app, "[Worker bot-1]   the newest"))
        assert shown(app, "▼ following")


async def test_scrolling_up_stops_following_and_counts() -> None:
    fleet = long_fleet()
    app = fleets.app(fleet)
    async with app.run_test() as pilot:
        await pilot.press("pageup")
        await until(pilot, lambda: shown(app, "‖ paused"))
        before = rows(app)
        fleet.say_all(["more"] * 3, "bot-0")
        await until(pilot, lambda: shown(app, "‖ 3 new lines"))
        fleet.say("still more", "bot-1")
        await until(pilot, lambda: shown(app, "‖ 4 new lines"))
        assert rows(app) == before  # what one reads stays
        for key in ("G", "end"):
            await pilot.press(key)
            await until(pilot, lambda: shown(app, "still more"))
            assert shown(app, "▼ following")
            await pilot.press("g")
            await until(pilot, lambda: shown(app, "line 0"))


async def test_scrolling_down_to_the_end_follows_again() -> None:
    app = fleets.app(long_fleet())
    async with app.run_test() as pilot:
        await pilot.press("tab", "k", "k")
        await until(pilot, lambda: not log_view(app).following)
        await pilot.press("j")
        assert not log_view(app).following
        await pilot.press("j")
        await until(pilot, lambda: log_view(app).following)


async def test_the_wheel_scrolls_too() -> None:
    app = fleets.app(long_fleet())
    async with app.run_test() as pilot:
        view = log_view(app)
        x, y = view.region.center
        wheel = MouseScrollUp(view, int(x), int(y), 0, 0, 0, False, False, False)
        view.post_message(wheel)
        await until(pilot, lambda: not log_view(app).following)


async def test_the_oldest_lines_leave_and_what_one_reads_stays() -> None:
    fleet = long_fleet(100)
    app = fleets.app(fleet)
    async with app.run_test() as pilot:
        view = log_view(app)
        view._buffer._keep = 120
        await pilot.press("pageup", "pageup")
        before = rows(app)
        fleet.say_all([f"more {number}" for number in range(50)], "bot-0")
        await until(pilot, lambda: view.unseen == 50)
        assert view.line_count == 120
        await pilot.pause()
        assert rows(app) == before


async def test_a_following_view_stays_at_the_end_when_the_terminal_changes() -> None:
    app = fleets.app(long_fleet())
    async with app.run_test(size=(120, 50)) as pilot:
        for size in ((80, 24), (200, 60), (100, 30)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: shown(app, "line 299"))
            assert log_view(app).following


async def test_a_hostile_line_is_drawn_literally_and_obeyed_by_nobody() -> None:
    fleet = FakeSupervisor([a_bot(0)])
    app = fleets.app(fleet)
    async with app.run_test() as pilot:
        await until(pilot, lambda: fleet.listeners == 1)
        fleet.say(fleets.HOSTILE, "bot-0")
        await until(pilot, lambda: shown(app, "[bold]x[/] red  漢字 🤖"))
        view = log_view(app)
        strips = [view.render_line(y) for y in range(view.size.height)]
        assert all("\x1b" not in strip.text for strip in strips)
        assert {cell_len(strip.text) for strip in strips} == {view._width}
        (red,) = [each for strip in strips for each in strip if "red" in each.text]
        assert red.style is not None
        assert red.style.color is not None
        assert red.style.color.number == 1


async def test_levels_and_stderr_are_marked() -> None:
    fleet = FakeSupervisor([a_bot(0)])
    app = fleets.app(fleet)
    async with app.run_test() as pilot:
        await until(pilot, lambda: fleet.listeners == 1)
        fleet.say("careful", "bot-0", level=Level.WARNING)
        fleet.say("broken", "bot-0", level=Level.ERROR, stream="err")
        await until(pilot, lambda: shown(app, "[Worker bot-0] E▏broken"))
        assert shown(app, "[Worker bot-0] W careful")


async def test_merged_or_only_the_selected_bot() -> None:
    fleet = FakeSupervisor([a_bot(0), a_bot(1)])
    fleet.say("from zero", "bot-0")
    fleet.say("from one", "bot-1")
    fleet.say("from the parent")
    app = fleets.app(fleet)
    async with app.run_test() as pilot:
        assert shown(app, "all bots")
        await pilot.press("m")
        await until(pilot, lambda: shown(app, "bot-0 @coder_0_bot"))
        assert shown(app, "from zero")
        assert not shown(app, "from one")
        await pilot.press("j")  # it follows the selection
        await until(pilot, lambda: shown(app, "from one"))
        assert not shown(app, "from zero")
        fleet.say("zero again", "bot-0")
        fleet.say("one again", "bot-1")
        await until(pilot, lambda: shown(app, "one again"))
        assert not shown(app, "zero again")
        await pilot.press("m")
        await until(pilot, lambda: shown(app, "zero again"))
        assert shown(app, "from the parent")


async def test_times_and_wrap() -> None:
    fleet = FakeSupervisor([a_bot(0)])
    fleet.say("x" * 150 + " end", "bot-0")
    app = fleets.app(fleet)
    async with app.run_test() as pilot:
        assert shown(app, "22:13:21 [Worker bot-0]")
        assert not shown(app, " end")
        await pilot.press("w")
        await until(pilot, lambda: shown(app, " end"))
        await pilot.press("t")
        await until(pilot, lambda: not shown(app, "22:13:21"))
        await pilot.press("w")
        await until(pilot, lambda: not shown(app, " end"))


async def test_wrapped_lines_follow_and_scroll_too() -> None:
    fleet = FakeSupervisor([a_bot(0)])
    fleet.say_all([f"{number} " + "x" * 200 for number in range(100)], "bot-0")
    app = fleets.app(fleet)
    async with app.run_test() as pilot:
        await pilot.press("w")
        await until(pilot, lambda: shown(app, "99 xxx"))
        fleet.say("y" * 200 + " last", "bot-0")
        await until(pilot, lambda: shown(app, " last"))
        await pilot.press("g")
        await until(pilot, lambda: shown(app, "0 xxx"))
        assert not log_view(app).following


async def test_search_goes_to_matches_both_ways() -> None:
    fleet = long_fleet()
    app = fleets.app(fleet)
    async with app.run_test() as pilot:
        await pilot.press("slash", *"LINE 10", "enter")
        await until(pilot, lambda: shown(app, "line 109"))  # the newest match
        assert shown(app, "match 11/11: LINE 10")
        await pilot.press("N", "N")
        await until(pilot, lambda: shown(app, "line 107"))
        await pilot.press(*["N"] * 8)  # 106 … 100, 10
        await until(pilot, lambda: shown(app, "line 10"))
        await pilot.press("n")
        await until(pilot, lambda: shown(app, "line 100"))
        await pilot.press("escape")
        await until(pilot, lambda: not shown(app, "match "))
        assert not log_view(app).needle


async def test_search_without_a_match_says_so() -> None:
    app = fleets.app(long_fleet())
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("n")
        await until(pilot, lambda: shown(app, "Nothing to search for"))
        await pilot.press("slash", *"[b]nowhere", "enter")
        await until(pilot, lambda: shown(app, "no match: [b]nowhere"))
        await pilot.press("slash", *"rsxq", "escape")  # keys are text in the field
        await until(pilot, lambda: not log_view(app).needle)
        assert app.is_running


async def test_an_expression_that_takes_too_long_stops_nothing() -> None:
    fleet = long_fleet()
    fleet.say("y" * 300 + "!", "bot-0")
    app = fleets.app(fleet)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: shown(app, "yyyy"))
        await pilot.press("slash", "ctrl+r", *"(y|yy)+$", "enter")
        await until(pilot, lambda: shown(app, "it takes too long"))
        fleet.say("life goes on", "bot-1")
        await pilot.press("end")
        await until(pilot, lambda: shown(app, "life goes on"))


async def test_the_log_can_have_the_whole_screen() -> None:
    app = fleets.app(long_fleet())
    async with app.run_test() as pilot:
        await pilot.press("z")
        await until(pilot, lambda: not shown(app, "@coder_0_bot"))
        assert shown(app, "line 299")
        await pilot.press("z")
        await until(pilot, lambda: shown(app, "@coder_0_bot"))
        assert shown(app, "line 299")


async def test_a_flood_leaves_the_dashboard_responsive() -> None:
    fleet = fleets.running(10)
    app = fleets.app(fleet)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: fleet.listeners == 1)
        waits = []
        for batch in range(20):
            texts = [f"\x1b[3{n % 8}mflood {batch} {n}\x1b[0m" for n in range(500)]
            fleet.say_all(texts, f"bot-{batch % 10}")
            begun = time.monotonic()
            await pilot.press("j" if batch % 2 else "k")
            waits.append(time.monotonic() - begun)
        await until(pilot, lambda: shown(app, "flood 19 499"))
        assert log_view(app).line_count > 10_000
        # The median: on a busy machine a single key may wait for its turn.
        assert statistics.median(waits) < 0.5


async def test_lines_that_came_too_fast_are_counted() -> None:
    fleet = fleets.running(1)
    app = fleets.app(fleet)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: fleet.listeners == 1)
        fleet.say_all(["flood"] * 20_500, "bot-0")
        await until(pilot, lambda: shown(app, "500 lines came too fast to show"))


async def test_selected_text_is_marked_and_copied_as_it_is_drawn() -> None:
    fleet = FakeSupervisor([a_bot(0)])
    fleet.say("漢字 first", "bot-0")
    fleet.say("second", "bot-0")
    app = fleets.app(fleet)
    async with app.run_test() as pilot:
        view = log_view(app)
        plain = [view.render_line(y) for y in range(2)]
        selection = Selection(Offset(27, 0), Offset(29, 1))
        app.screen.selections = {view: selection}
        marked = [view.render_line(y) for y in range(2)]
        assert [each.text for each in marked] == [each.text for each in plain]
        assert marked != plain
        await pilot.press("y")
        head = "22:13:22 [Worker bot-0]   "
        copied = f"字 first\n{head}sec"
        await until(pilot, lambda: app.clipboard == copied)
