"""Lengths in UTF-16 units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coderbot.botprocess.telegram.lengths import (
    cut_end,
    keep_end,
    pages_of,
    utf16_units,
)


def test_emoji_counts_twice() -> None:
    assert utf16_units("a🔄") == 3


def test_short_text_stays() -> None:
    assert cut_end("abc", 3) == "abc"
    assert keep_end("abc", 3) == "abc"


def test_cut_end_marks_the_cut() -> None:
    assert cut_end("abcd", 3) == "ab…"


def test_keep_end_keeps_whole_lines() -> None:
    assert keep_end("one\ntwo\nthree", 10) == "…\nthree"
    assert keep_end("one\ntwo\nthree\nfour", 14) == "…\nthree\nfour"


def test_keep_end_of_a_single_line() -> None:
    assert keep_end("abcdef", 4) == "…def"


def test_half_an_emoji_in_a_long_text_is_no_error() -> None:
    # Broken clients send such; where it is cut, it is dropped.
    assert cut_end("ab\ud83dcdefgh", 6) == "abcd…"
    assert keep_end("abcdef\ud83dgh", 6) == "…efgh"


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("", ("",)),
        ("short", ("short",)),
        ("as long.", ("as long.",)),
        ("one two three", ("one two", "three")),
        ("abcdefghijkl", ("abcdefgh", "ijkl")),
        ("one two three four", ("one two", "three", "four")),
        ("half\ud83d an emoji", ("half\ud83d", "an emoji")),
        ("\U0001f388" * 5, ("\U0001f388" * 4, "\U0001f388")),
    ],
)
def test_pages_are_parted_between_words(text: str, pages: tuple[str, ...]) -> None:
    assert pages_of(text, 8) == pages
    assert all(utf16_units(page) <= 8 for page in pages)


@given(st.text(alphabet="a🔄\n", max_size=40), st.integers(2, 20))
def test_never_longer_than_the_limit(text: str, limit: int) -> None:
    assert utf16_units(cut_end(text, limit)) <= limit
    assert utf16_units(keep_end(text, limit)) <= limit
