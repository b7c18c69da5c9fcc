import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coderbot.worker.terminal.errors import ControlCharacterError
from coderbot.worker.terminal.typing_text import encode_text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ls -l", b"ls -l"),
        ("a\nb", b"a\rb"),
        ("a\r\nb\rc", b"a\rb\rc"),
        ("tab\there", b"tab\there"),
        ("žluť 日 😀", "žluť 日 😀".encode()),
        ("", b""),
    ],
)
def test_text_is_typed_as_it_stands(text: str, plain: bytes) -> None:
    assert encode_text(text, bracketed=False) == plain


@pytest.mark.parametrize("character", [*map(chr, range(32)), "\x7f", "\x80", "\x9b"])
def test_control_characters_are_refused(character: str) -> None:
    text = f"before{character}after"
    if character in "\t\n\r":
        assert encode_text(text, bracketed=False)
        return
    with pytest.raises(ControlCharacterError, match=f"U\\+{ord(character):04X}"):
        encode_text(text, bracketed=True)


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a\n", "ls -l", "日本"])
def test_a_text_is_a_paste_for_programs_that_ask(text: str) -> None:
    typed = text.replace("\n", "\r").encode()

    assert encode_text(text, bracketed=True) == b"\x1b[200~" + typed + b"\x1b[201~"


def test_a_single_line_is_typed_so_that_editors_take_it_for_commands() -> None:
    assert encode_text(":wq", bracketed=True, alternate=True) == b":wq"
    lines = encode_text("a\nb", bracketed=True, alternate=True)
    assert lines == b"\x1b[200~a\rb\x1b[201~"


def test_a_single_character_is_a_key() -> None:
    assert encode_text("y", bracketed=True) == b"y"


def test_a_paste_cannot_be_ended_from_within() -> None:
    with pytest.raises(ControlCharacterError):
        encode_text("x\x1b[201~rm -rf /\n", bracketed=True)


def test_lone_surrogates_do_not_raise() -> None:
    assert encode_text("a\udc80b", bracketed=False) == b"a?b"


@given(st.text(), st.booleans(), st.booleans())
def test_no_text_whatever_presses_keys(
    text: str, bracketed: bool, alternate: bool
) -> None:
    try:
        sent = encode_text(text, bracketed, alternate)
    except ControlCharacterError:
        return
    body = sent.removeprefix(b"\x1b[200~").removesuffix(b"\x1b[201~")
    assert not re.search(rb"[\x00-\x08\x0a-\x0c\x0e-\x1f\x7f]", body)
