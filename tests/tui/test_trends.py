"""What is kept of the past, and how it is drawn."""

import pytest

from coderbot.tui.botfilter import BotFilter
from coderbot.tui.botorder import BotOrder
from coderbot.tui.linefilter import LineFilter
from coderbot.tui.needle import Needle
from coderbot.tui.panes import ALL, columns_of, scopes_of
from coderbot.tui.rows import trend
from coderbot.tui.trends import KEPT, Trends
from tests.fakes.supervisor import a_bot
from tests.tui.test_plain import line


def test_trends_are_bounded_and_forget_bots_that_left() -> None:
    trends = Trends()
    for number in range(KEPT + 10):
        trends.note([line("x")] * 2)
        trends.tick([a_bot(0, cpu_percent=float(number)), a_bot(1)])
    assert trends.values("bot-0", "cpu", 3) == [67.0, 68.0, 69.0]
    assert len(trends.values("bot-0", "lines", 1_000)) == KEPT
    assert trends.values("bot-0", "lines", 2) == [2, 2]
    trends.tick([a_bot(1)])
    assert trends.values("bot-0", "cpu", 3) == []


@pytest.mark.parametrize(
    ("values", "top", "bars"),
    [
        ([], 1.0, ""),
        ([0, 0], 1.0, "▁▁"),  # nothing is the lowest bar
        ([0, 50, 100], 100.0, "▁▅█"),
        ([1, 2], 100.0, "▁▁"),  # noise stays low
        ([100, 200], 100.0, "▅█"),  # beyond the top, the largest is full
    ],
)
def test_trend(values: list[float], top: float, bars: str) -> None:
    assert trend(values, top) == bars


@pytest.mark.parametrize(
    ("text", "bots"),
    [
        ("", [0, 1, 2]),
        ("RUNNING", [0, 1, 2]),
        ("@coder_1", [1]),
        ("coder !2", [0, 1]),
        ("nobody", []),
        ("!", [0, 1, 2]),  # still being typed
    ],
)
def test_bot_filter(text: str, bots: list[int]) -> None:
    fleet = [a_bot(index) for index in range(3)]
    assert [bot.index for bot in BotFilter(text).chosen(fleet)] == bots


def test_bots_without_a_value_stand_last_whatever_the_order() -> None:
    fleet = [
        a_bot(0, cpu_percent=None),
        a_bot(1, cpu_percent=5.0),
        a_bot(2, cpu_percent=9.0),
    ]
    for descending, order in ((True, [2, 1, 0]), (False, [1, 2, 0])):
        shown = BotOrder("cpu", descending=descending).arranged(fleet)
        assert [bot.index for bot in shown] == order


@pytest.mark.parametrize(
    ("layout", "selected", "merged", "scopes"),
    [
        (1, "b", True, [None]),
        (1, "b", False, ["b"]),
        (2, "c", True, ["c", "d"]),
        (4, "e", True, ["e"]),  # the last page
        (ALL, "a", False, ["a", "b", "c", "d", "e"]),
        (2, "gone", False, ["a", "b"]),
    ],
)
def test_scopes(
    layout: int, selected: str, merged: bool, scopes: list[str | None]
) -> None:
    assert scopes_of(layout, list("abcde"), selected, merged=merged) == scopes


def test_columns_of_panes() -> None:
    found = [
        columns_of(panes, width)
        for panes, width in ((1, 200), (4, 119), (4, 120), (9, 200))
    ]
    assert found == [1, 1, 2, 3]
    assert scopes_of(4, [], None, merged=False) == [None]


def test_needles() -> None:
    assert list(Needle("A.").spans("a. A. ab")) == [(0, 2), (3, 5)]
    assert list(Needle("a.", is_regex=True).spans("a. ab")) == [(0, 2), (3, 5)]
    assert Needle("(", is_regex=True).error
    assert not Needle("(").error
    assert list(Needle("(", is_regex=True).spans("(")) == []
    assert not Needle("x*", is_regex=True).error
    assert list(Needle("x*", is_regex=True).spans("axb")) == [(1, 2)]
    assert Needle("x*", is_regex=True).found_in("a")


def test_an_expression_that_takes_too_long_is_given_up() -> None:
    needle = Needle("(y|yy)+$", is_regex=True)
    assert needle.found_in("yyy")
    assert not needle.error
    # It would take longer than anybody lives.
    assert not needle.found_in("y" * 300 + "!")
    assert "takes too long" in needle.error
    assert not needle.found_in("yyy")
    # As a filter it hides nothing from then on, and says why.
    only = LineFilter(text="/(y|yy)+$/")
    assert only.shows(line("no"))
    assert "takes too long" in only.describe()
