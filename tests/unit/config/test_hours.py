"""A part of the day begins with its first minute and ends before its last."""

from datetime import time

import pytest

from coderbot.config.hours import Hours

EIGHT, TEN, NOON = time(8), time(10), time(12)


@pytest.mark.parametrize(
    ("moment", "is_held"),
    [
        (time(7, 59, 59), False),
        (EIGHT, True),
        (TEN, True),
        (time(11, 59, 59), True),
        (NOON, False),
    ],
)
def test_hours_of_a_day_hold_their_beginning_and_not_their_end(
    moment: time, is_held: bool
) -> None:
    assert Hours(EIGHT, NOON).hold(moment) is is_held


@pytest.mark.parametrize(
    ("moment", "is_held"),
    [
        (time(11, 59, 59), False),
        (NOON, True),
        (time(23, 59, 59), True),
        (time(0), True),
        (time(7, 59, 59), True),
        (EIGHT, False),
        (TEN, False),
    ],
)
def test_hours_may_go_on_into_the_next_day(moment: time, is_held: bool) -> None:
    assert Hours(NOON, EIGHT).hold(moment) is is_held


def test_hours_that_end_as_they_begin_are_empty() -> None:
    assert not Hours(NOON, NOON).hold(NOON)
    assert not Hours(NOON, NOON).hold(EIGHT)
