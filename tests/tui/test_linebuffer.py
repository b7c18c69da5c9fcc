"""Lines, rows, and what leaves at the top."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coderbot.loglevel import Level
from coderbot.supervisor.lines import LogLine
from coderbot.tui.linebuffer import LineBuffer
from tests.tui.test_plain import line


def filled(*texts: str, keep: int = 100, width: int | None = None) -> LineBuffer:
    buffer = LineBuffer(keep)
    buffer.wrap(width)
    buffer.extend([line(text, seq=number) for number, text in enumerate(texts, 1)])
    return buffer


def rows(buffer: LineBuffer) -> list[tuple[int, int]]:
    found = [buffer.at(row) for row in range(buffer.rows)]
    return [(each.seq, piece) for each, piece in found]


def test_one_row_a_line() -> None:
    assert rows(filled("a", "b" * 50)) == [(1, 0), (2, 0)]


def test_wrapped_lines_take_the_rows_they_need() -> None:
    buffer = filled("a", "b" * 25, "", "漢" * 6, width=10)
    assert rows(buffer) == [(1, 0), (2, 0), (2, 1), (2, 2), (3, 0), (4, 0), (4, 1)]
    assert [buffer.row_of(index) for index in range(4)] == [0, 1, 4, 5]


def test_the_oldest_leave() -> None:
    buffer = filled("a", "b", keep=3)
    assert buffer.extend([line("c", seq=3), line("d", seq=4), line("e", seq=5)]) == 2
    assert rows(buffer) == [(3, 0), (4, 0), (5, 0)]


def test_the_oldest_leave_with_all_their_rows() -> None:
    buffer = filled("a" * 25, "b", keep=2, width=10)
    assert buffer.extend([line("c" * 15, seq=3)]) == 3
    assert rows(buffer) == [(2, 0), (3, 0), (3, 1)]


@given(
    st.lists(st.lists(st.integers(0, 35), max_size=6), max_size=8),
    st.integers(1, 9),
    st.sampled_from([None, 1, 10]),
)
def test_rows_are_counted_without_gaps(
    batches: list[list[int]], keep: int, width: int | None
) -> None:
    buffer, seq = LineBuffer(keep), 0
    buffer.wrap(width)
    for lengths in batches:
        before = buffer.rows
        batch = [line("x" * each, seq=seq + n) for n, each in enumerate(lengths, 1)]
        seq += len(lengths)
        added = sum(max(1, -(-each // width)) if width else 1 for each in lengths)
        gone = buffer.extend(batch)
        assert buffer.rows == before + added - gone
    again = LineBuffer(keep)
    again.extend([buffer.at(buffer.row_of(index))[0] for index in range(len(buffer))])
    again.wrap(width)
    assert rows(again) == rows(buffer)


def test_find_goes_round_once() -> None:
    buffer = filled("x", "a", "x", "b")

    def is_x(each: object) -> bool:
        return getattr(each, "text", "") == "x"

    assert buffer.find(is_x, 0, 1) == 2
    assert buffer.find(is_x, 2, 1) == 0
    assert buffer.find(is_x, 3, -1) == 2
    assert buffer.find(is_x, 0, -1) == 2
    assert buffer.find(lambda _: False, 0, 1) is None
    assert LineBuffer().find(is_x, 0, 1) is None


@pytest.mark.parametrize(
    ("bot", "text", "head", "body"),
    [
        ("parent", "x", "[Parent]", "x"),
        ("bot-0", "x", "[Worker bot-0]", "x"),
        ("bot-0", "[bot-0] x", "[bot-0]", "x"),
        ("control", "x", "[control]", "x"),
        ("control", "[control] x", "[control]", "x"),
    ],
)
def test_the_prefix_is_that_of_the_log(
    bot: str, text: str, head: str, body: str
) -> None:
    line = LogLine(1, 0.0, 0.0, bot, 1, "out", Level.INFO, text)
    assert line.parted == (head, body)
    assert line.prefixed == f"{head} {body}"
