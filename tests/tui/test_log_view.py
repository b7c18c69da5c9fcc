"""The lines of the log by themselves: reading the past, and searching meanwhile."""

from textual.app import App, ComposeResult

from coderbot.supervisor.lines import LogLine
from coderbot.tui.needle import Needle
from coderbot.tui.widgets.log_view import LogView
from tests.tui.steering import until
from tests.tui.test_plain import line


class Stand(App[None]):
    """A log view alone, which holds 100 lines."""

    def compose(self) -> ComposeResult:
        yield LogView(keep=100)

    @property
    def view(self) -> LogView:
        return self.query_one(LogView)


def lines(first: int, last: int) -> list[LogLine]:
    return [line(f"line {seq}", seq=seq) for seq in range(first, last + 1)]


async def test_what_one_reads_stays_when_newer_lines_of_the_past_come() -> None:
    app = Stand()
    async with app.run_test() as pilot:
        view = app.view
        view.show(lines(101, 200))
        view.add_older(lines(1, 100))
        view.action_scroll("page_up")
        await until(pilot, lambda: view.scroll_offset.y < 200 - view.size.height)
        before = view.text_in_view()
        assert before
        # The bound is kept again: 150 leave at the top.
        view.add_newer(lines(201, 250))
        assert (view.first_seq, view.last_seq) == (151, 250)
        assert view.text_in_view() == before


async def test_lines_that_come_during_a_search_count_once() -> None:
    app = Stand()
    async with app.run_test() as pilot:
        view = app.view
        view.show(lines(101, 150))
        view.needle = Needle("line")
        assert view.scanning
        view.add(lines(151, 160))
        view.add_older(lines(91, 100))
        await until(pilot, lambda: not view.scanning)
        assert view.matches == view.line_count == 70
        view.add_older(lines(81, 90))
        view.add_newer(lines(161, 190))
        assert (view.matches, view.first_seq) == (view.line_count, 91)
