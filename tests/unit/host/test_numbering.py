"""Numbers of other hosts' lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coderbot.host.numbering import Numbering


def add(numbers: Numbering, here: int, there: list[int]) -> None:
    for place, number in enumerate(there, here):
        numbers.add(place, number)


def test_lines_bear_the_numbers_that_they_came_with() -> None:
    numbers = Numbering()
    assert numbers.is_empty
    assert numbers.last_there == 0
    add(numbers, 10, [100, 101, 105])
    add(numbers, 20, [106])
    assert [numbers.to_here(each) for each in (100, 101, 105, 106)] == [10, 11, 12, 20]
    assert numbers.last_there == 106


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (10, 100),
        (12, 105),
        (15, 105),  # between two arrivals: the last that has come
        (99, 106),
        (9, 99),  # older than the first
        (-90, 0),
    ],
)
def test_a_number_here_stands_for_the_last_line_up_to_it(here: int, there: int) -> None:
    numbers = Numbering()
    add(numbers, 10, [100, 101, 105])
    add(numbers, 20, [106])
    assert numbers.to_there(here) == there


@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.lists(st.integers(1, 3), min_size=1)),
        min_size=1,
        max_size=20,
    )
)
def test_each_line_finds_back(arrivals: list[tuple[int, list[int]]]) -> None:
    numbers, here, there, known = Numbering(), 1, 1_000, []
    for gap, steps in arrivals:
        here += gap
        batch = []
        for step in steps:
            there += step
            batch.append(there)
        add(numbers, here, batch)
        known += [(here + place, number) for place, number in enumerate(batch)]
        here += len(batch)
    assert [numbers.to_here(number) for _, number in known] == [h for h, _ in known]
    assert [numbers.to_there(place) for place, _ in known] == [t for _, t in known]
    # Older lines are in order, and find back too.
    first_here, first_there = known[0]
    assert numbers.to_here(first_there - 7) == first_here - 7
    assert numbers.to_there(first_here - 7) == first_there - 7
