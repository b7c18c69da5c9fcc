"""Blocks of lines, and how they are printed and stored."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coderbot.loglevel import Level
from coderbot.supervisor.blocks import Block
from coderbot.supervisor.lines import CONTROL, PARENT, LogLine, timestamp_of
from coderbot.supervisor.storedlines import (
    NUMBERED_EVERY,
    line_of,
    missing_line,
    rows_of,
)

WALL = 1_700_000_000.25


def block(*texts: str, bot: str = "bot-0", level: Level = Level.INFO) -> Block:
    return Block(5, WALL, 7.0, bot, 3, "err", (level,) * len(texts), texts)


def read(text: str) -> list[LogLine | None]:
    """Return what is read from a stored text."""
    piece = text.encode(errors="replace").decode(errors="replace")
    return [line_of(row, "bot-0") for row in rows_of(piece)]


def test_a_block_is_its_lines() -> None:
    lines = block("a", "b").lines()
    assert [(line.seq, line.text) for line in lines] == [(5, "a"), (6, "b")]
    assert {(x.wall, x.mono, x.bot, x.run, x.stream) for x in lines} == {
        (WALL, 7.0, "bot-0", 3, "err")
    }


def test_the_rest_of_a_block() -> None:
    whole = block("a", "b", "c")
    assert whole.after(4) is whole
    assert whole.after(5).lines() == whole.lines()[1:]
    assert whole.after(6).last_seq == whole.last_seq == 7


TEXTS = st.lists(
    st.sampled_from(["", "[bot-0] ", "x[bot-0] ", "[bot-1] ", "[control] "]).flatmap(
        lambda start: st.text(st.characters(exclude_characters="\n"), max_size=9).map(
            lambda rest: start + rest
        )
    ),
    min_size=1,
    max_size=5,
)


@given(TEXTS, st.sampled_from([PARENT, CONTROL, "bot-0"]))
def test_it_is_printed_as_its_lines_are(texts: list[str], bot: str) -> None:
    some = block(*texts, bot=bot)
    each = [f"{line.timestamp} {line.prefixed}\n" for line in some.lines()]
    assert some.printed() == "".join(each)


@given(TEXTS, st.lists(st.sampled_from(Level), min_size=5, max_size=5))
def test_what_is_stored_can_be_read(texts: list[str], levels: list[Level]) -> None:
    kinds = tuple(levels[: len(texts)])
    some = Block(7, WALL, 0.0, "bot-0", 12, "sup", kinds, tuple(texts))
    found = read(some.stored())
    clean = [text.encode(errors="replace").decode() for text in texts]
    assert [line and line.text for line in found] == clean
    assert [line and line.level for line in found] == list(kinds)
    assert [line and line.seq for line in found] == list(range(7, 7 + len(texts)))
    assert {line and (line.wall, line.run, line.stream) for line in found} == {
        (WALL, 12, "sup")
    }


def test_the_form_of_a_stored_line() -> None:
    stored = block("two\rparts\x1b[0m", level=Level.WARNING).stored()
    assert stored == "2023-11-14T22:13:20.250Z WARNING err run 3@5 two\rparts\x1b[0m\n"
    (gap,) = read(missing_line(WALL, 12_345, seq=6))
    assert gap is not None
    assert "12,345 lines are missing" in gap.text
    assert gap.seq == 6


def test_a_long_block_bears_numbers_now_and_then() -> None:
    texts = tuple(map(str, range(NUMBERED_EVERY * 2 + 1)))
    levels = (Level.INFO,) * (len(texts) - 1) + (Level.ERROR,)
    some = Block(5, WALL, 7.0, "bot-0", 3, "out", levels, texts)
    stored = some.stored()
    assert stored.count("@") == 3
    assert [(line.seq, line.text, line.level) for line in read(stored) if line] == [
        (line.seq, line.text, line.level) for line in some.lines()
    ]


def test_what_is_no_stored_line_is_left_out() -> None:
    for raw in (
        "",
        "text",
        "one two three four five six",
        "2023-99-14T22:13:20.250Z INFO out run 1@1 x",
        "2023-11-14T22:13:20.250Z INFO out run x@1 x",
        "2023-11-14T22:13:20.250Z LOUD out run 1@1 x",
        "2023-11-14T22:13:20.250Z INFO side run 1@1 x",
        "2023-11-14T22:13:20.250Z INFO out run 1@-1 x",
        # Written before lines had numbers, or cut off from the one before it.
        "2023-11-14T22:13:20.250Z INFO out run 1 x",
        "\x00",
    ):
        assert [line for line in read(raw) if line] == [], raw


def test_times_are_told_in_utc_wherever_the_machine_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert timestamp_of(0.0) == "1970-01-01T00:00:00.000Z"
    finally:
        monkeypatch.undo()
        time.tzset()
