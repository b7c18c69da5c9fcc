"""What a search finds, and what it returns."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coderbot.loglevel import Level
from coderbot.plaintext import without_escapes
from coderbot.supervisor.blocks import Block
from coderbot.supervisor.logquery import LogQuery
from coderbot.supervisor.logsearch import BadPatternError, Sieve, search

WALL = 1_700_000_000.0


def piece(
    first: int, *texts: str, level: Level = Level.INFO, wall: float = WALL
) -> bytes:
    levels = (level,) * len(texts)
    block = Block(first, wall, 0.0, "bot-0", 1, "out", levels, texts)
    return block.stored().encode()


STORY = [
    piece(20, "Café \x1b[31mred\x1b[0m alert", level=Level.ERROR, wall=WALL + 9),
    piece(10, "two", "three", "four"),
    piece(1, "one", "two INFO"),
]
"""Pieces of one bot, the newest first."""


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        (LogQuery(), [1, 2, 10, 11, 12, 20]),
        (LogQuery("two"), [2, 10]),
        (LogQuery("TWO"), []),
        (LogQuery("TWO", ignore_case=True), [2, 10]),
        (LogQuery("CAFÉ", ignore_case=True), [20]),
        # Of the text alone, not of what stands before it in the file.
        (LogQuery("INFO"), [2]),
        (LogQuery("^t"), [2, 10, 11]),
        (LogQuery("o$"), [10]),
        (LogQuery("two[^x]*three"), []),  # two lines
        (LogQuery("red alert"), [20]),  # colours are no text
        (LogQuery("t", include=("w",), exclude=("INFO",)), [10]),
        (LogQuery(exclude=("o",)), [11, 20]),
        (LogQuery(level=Level.WARNING), [20]),
        (LogQuery(since=WALL + 5), [20]),
        (LogQuery(after=2, before=12), [10, 11]),
        (LogQuery(bots=("bot-0",), before=1), []),
    ],
)
def test_what_is_found(query: LogQuery, numbers: list[int]) -> None:
    hits = search(query, {"bot-0": STORY})
    assert [line.seq for line in hits.lines] == numbers
    assert hits.counts == ({"bot-0": len(numbers)} if numbers else {})
    assert hits.is_complete


def test_lines_come_as_they_were() -> None:
    (line,) = search(LogQuery("red"), {"bot-0": STORY}).lines
    assert line.text == "Café \x1b[31mred\x1b[0m alert"
    assert (line.bot, line.run, line.stream, line.level) == (
        *("bot-0", 1, "out"),
        Level.ERROR,
    )
    assert line.wall == WALL + 9


def test_the_newest_of_all_bots_are_returned_and_all_are_counted() -> None:
    other = [piece(*(13, "two", "two"))]
    hits = search(LogQuery("two", limit=2), {"bot-0": STORY, "bot-1": other})
    assert [(line.bot, line.seq) for line in hits.lines] == [
        ("bot-1", 13),
        ("bot-1", 14),
    ]
    assert (hits.counts, hits.count) == ({"bot-0": 2, "bot-1": 2}, 4)
    assert hits.searched == 8


def test_it_looks_no_further_than_needed() -> None:
    read = []

    def story() -> Iterator[bytes]:
        for each in STORY:
            read.append(each)
            yield each

    search(LogQuery(limit=2, count_all=False), {"bot-0": story()})
    assert len(read) == 2
    read.clear()
    search(LogQuery(after=10), {"bot-0": story()})
    assert len(read) == 2


def test_what_is_in_two_pieces_is_found_once() -> None:
    story = [piece(11, "three"), *STORY[1:]]
    hits = search(LogQuery("t"), {"bot-0": story})
    assert [line.seq for line in hits.lines] == [2, 10, 11]
    assert hits.searched == 4


def test_what_takes_too_long_is_told() -> None:
    late = iter([False, True])
    hits = search(LogQuery(), {"bot-0": STORY}, lambda: next(late))
    assert [line.seq for line in hits.lines] == [20]
    assert not hits.is_complete


@pytest.mark.parametrize("bad", ["(", "a{99999999999}", "(" * 5_000 + ")" * 5_000])
def test_a_bad_expression_is_told(bad: str) -> None:
    with pytest.raises(BadPatternError):
        search(LogQuery(bad), {})
    with pytest.raises(BadPatternError):
        search(LogQuery("good", exclude=(bad,)), {})


LETTERS = st.text(st.sampled_from("aAbß \x1b[0m"), max_size=6)


@given(st.lists(LETTERS, min_size=1, max_size=6), LETTERS, st.booleans())
def test_a_plain_word_is_found_wherever_it_is(
    texts: list[str], word: str, folds: bool
) -> None:
    # The glance at a whole piece must never hide a line.
    pattern = re.escape(word)
    flags = re.IGNORECASE if folds else re.NOFLAG
    expected = [
        number
        for number, text in enumerate(texts, 1)
        if re.search(pattern, without_escapes(text), flags)
    ]
    query = LogQuery(pattern, ignore_case=folds)
    hits = search(query, {"bot-0": [piece(1, *texts)]})
    assert [line.seq for line in hits.lines] == expected


def test_words_that_are_rare_are_found_as_if_every_line_was_read() -> None:
    chance = random.Random(7)
    texts = ["hay" + "x" * chance.randrange(90) for _ in range(20_000)]
    places = sorted({*chance.sample(range(20_000), 30), 0, 99, 100, 19_998, 19_999})
    for place in places:
        texts[place] = chance.choice(
            ["Needle", "hay needle", "needle @7 x", "x NEEDLE"]
        )
    for query in (
        LogQuery("needle", ignore_case=True),
        LogQuery("hay", include=("needle",)),
        LogQuery("needle", exclude=("@",)),
        LogQuery("needle", after=5_000, before=15_000),
    ):
        fast = search(query, {"bot-0": _pieces(texts)})
        # A group is no plain word, so each line is looked at.
        slow = search(
            replace(
                query, pattern=f"({query.pattern})", include=_grouped(query.include)
            ),
            {"bot-0": _pieces(texts)},
        )
        assert fast.lines == slow.lines
        assert fast.counts == slow.counts != {}
        assert fast.searched == slow.searched


def test_only_the_lines_around_rare_words_are_read() -> None:
    texts = ["hay" + "x" * 90] * 10_000
    texts[3_333] = texts[7_777] = "Needle"
    text = b"".join(reversed(list(_pieces(texts)))).decode()
    parts = list(Sieve(LogQuery("needle", ignore_case=True))._parts(text))
    assert [line.count("Needle") for line in parts if line] == [1, 1]
    assert sum(part.count("\n") for part in parts) < 200


def _grouped(expressions: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"({each})" for each in expressions)


def _pieces(texts: Sequence[str]) -> Iterator[bytes]:
    """Yield lines as files hold them, each hundredth with its number, newest first."""
    half = len(texts) // 2
    for first in (half, 0):
        yield b"".join(
            piece(first + start + 1, *texts[first + start : first + start + 100])
            for start in range(0, half, 100)
        )
