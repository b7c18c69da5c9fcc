"""Blocks of lines, and how they are printed and stored."""

from hypothesis import given
from hypothesis import strategies as st

from coderbot.loglevel import Level
from coderbot.supervisor.blocks import Block
from coderbot.supervisor.lines import CONTROL, PARENT
from coderbot.supervisor.storedlines import missing_line, parse_line

WALL = 1_700_000_000.25


def block(*texts: str, bot: str = "bot-0", level: Level = Level.INFO) -> Block:
    return Block(5, WALL, 7.0, bot, 3, "err", (level,) * len(texts), texts)


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
    some = Block(1, WALL, 0.0, "bot-0", 12, "sup", kinds, tuple(texts))
    raw = some.stored().encode(errors="replace").split(b"\n")
    assert raw.pop() == b""
    read = [parse_line(line, "bot-0", number) for number, line in enumerate(raw, 1)]
    clean = [text.encode(errors="replace").decode() for text in texts]
    assert [line and line.text for line in read] == clean
    assert [line and line.level for line in read] == list(kinds)
    assert {line and (line.wall, line.run, line.stream) for line in read} == {
        (WALL, 12, "sup")
    }


def test_the_form_of_a_stored_line() -> None:
    stored = block("two\rparts\x1b[0m", level=Level.WARNING).stored()
    assert stored == "2023-11-14T22:13:20.250Z WARNING err run 3 two\rparts\x1b[0m\n"
    gap = parse_line(missing_line(WALL, 12_345).encode().rstrip(b"\n"), "bot-0")
    assert gap is not None
    assert "12,345 lines are missing" in gap.text


def test_what_is_no_stored_line_is_left_out() -> None:
    for raw in (
        b"",
        b"text",
        b"2023-99-14T22:13:20.250Z INFO out run 1 x",
        b"\xff\x00",
    ):
        assert parse_line(raw, "bot-0") is None
