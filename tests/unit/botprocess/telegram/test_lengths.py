"""Lengths in UTF-16 units."""

from hypothesis import given
from hypothesis import strategies as st

from coderbot.botprocess.telegram.lengths import cut_end, keep_end, utf16_units


def test_emoji_counts_twice() -> None:
    assert utf16_units("a🔄") == 3


def test_short_text_stays() -> None:
    assert cut_end("abc", 3) == "abc"
    assert keep_end("abc", 3) == "abc"


def test_cut_end_marks_the_cut() -> None:
    assert cut_end("abcd", 3) == "ab…"


def test_keep_end_keeps_whole_lines() -> None:
    assert keep_end("one\ntwo\nthree", 10) == "…\nthree"


def test_keep_end_of_a_single_line() -> None:
    assert keep_end("abcdef", 4) == "…def"


@given(st.text(alphabet="a🔄\n", max_size=40), st.integers(2, 20))
def test_never_longer_than_the_limit(text: str, limit: int) -> None:
    assert utf16_units(cut_end(text, limit)) <= limit
    assert utf16_units(keep_end(text, limit)) <= limit
