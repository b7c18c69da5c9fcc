"""What is left of foreign text in commands, in searches and in messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coderbot.plaintext import one_line, without_escapes


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("plain", "plain"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\b", "alinkb"),
        ("a\x1bP1$r\x1b\\b", "ab"),
        ("a\x1b]52;c;Zm9v", "a52;c;Zm9v"),  # never ended: shown, not obeyed
        ("a\x1b(0\x1b7\x1bcb", "ab"),
        ("a\x1b[", "a"),
        ("a\x1b", "a"),
        ("a\nb\x07", "a\nb\x07"),
    ],
)
def test_escapes_are_taken_out(text: str, left: str) -> None:
    assert without_escapes(text) == left


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("10%\r20%\ndone\u2028over", "10% 20% done over"),
        ("\x1b[31ma\x1b[0m\tb", "a       b"),
        ("a\x00\x07\x08\x7f\x9bb", "ab"),
        ("\u202eabc\u2066d\u200b\ufeff\u061c", "abcd"),
        ("👩\u200d💻 🇩🇪 👍🏽", "👩💻 🇩🇪 👍🏽"),
        ("\ud800x\ue000", "x"),
    ],
)
def test_a_line_has_nothing_invisible(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text(alphabet=st.characters()))
def test_no_text_is_left_with_anything_to_obey(text: str) -> None:
    line = one_line(text)
    assert line.isprintable()
    line.encode()
