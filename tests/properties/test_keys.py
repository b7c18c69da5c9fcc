"""Laws of key encoding: any name, in any mode of the terminal."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coderbot.worker.terminal.errors import ControlCharacterError
from coderbot.worker.terminal.keys import (
    CTRL_CHARACTERS,
    KEY_NAMES,
    KeyMode,
    UnknownKeyError,
    encode_key,
    encode_keys,
)
from coderbot.worker.terminal.typing_text import (
    PASTE_END,
    PASTE_START,
    encode_text,
)

MODES = st.builds(KeyMode, st.booleans(), st.integers(0, 31))
ANY_TEXT = st.text(st.characters(), max_size=12)
"""Halves of emoji included, as broken clients send them."""
NAMES = ANY_TEXT | st.builds(
    "{}+{}".format,
    st.sampled_from(["ctrl", "alt", "shift", "super"]),
    st.sampled_from(KEY_NAMES) | st.characters(),
)


@given(NAMES, MODES)
def test_any_name_is_a_key_or_is_refused_with_a_hint(name: str, mode: KeyMode) -> None:
    sent, hint = b"", ""
    try:
        sent = encode_key(name, mode)
    except UnknownKeyError as error:
        hint = error.hint or ""
    assert bool(sent) != bool(hint)
    assert sent or len(name) != 1


@given(st.sampled_from(KEY_NAMES), MODES)
def test_case_does_not_matter_in_a_name(name: str, mode: KeyMode) -> None:
    assert encode_key(name.upper(), mode) == encode_key(name, mode)


@given(st.characters(exclude_categories=["Cs"]), MODES)
def test_one_character_is_itself(character: str, mode: KeyMode) -> None:
    assert encode_key(character, mode) == character.encode()


@given(ANY_TEXT, MODES)
def test_what_is_no_key_is_typed(word: str, mode: KeyMode) -> None:
    try:
        expected = encode_key(word, mode)
    except UnknownKeyError:
        expected = word.encode("utf-8", "replace")
    assert encode_keys(word, mode) == expected


@given(ANY_TEXT, st.booleans(), st.booleans())
def test_typed_text_never_leaves_a_paste_early(
    text: str, bracketed: bool, alternate: bool
) -> None:
    try:
        sent = encode_text(text, bracketed, alternate)
    except ControlCharacterError:
        assume(False)
    inner = sent.removeprefix(PASTE_START).removesuffix(PASTE_END)
    assert b"\x1b" not in inner
    assert b"\n" not in inner
    assert bracketed or inner == sent


KITTY = st.integers(0, 15).map(lambda flags: KeyMode(kitty_flags=flags * 2 + 1))
"""Modes in which the program has asked for keys that cannot be confused (flag 1)."""


@given(st.sampled_from(CTRL_CHARACTERS + "0123456789"), KITTY)
def test_kitty_tells_control_by_the_character(character: str, mode: KeyMode) -> None:
    expected = f"\x1b[{ord(character)};5u".encode()
    assert encode_key(f"ctrl+{character}", mode) == expected


@given(st.characters(exclude_categories=["Cs", "Lu", "Lt"]), KITTY)
def test_kitty_tells_alt_by_the_character(character: str, mode: KeyMode) -> None:
    name = f"alt+{character}"
    if name.lower() == name:
        assert encode_key(name, mode) == f"\x1b[{ord(character)};3u".encode()


@given(st.characters(exclude_categories=["Cs"]), MODES)
def test_control_is_held_with_few_characters(character: str, mode: KeyMode) -> None:
    name = f"ctrl+{character}"
    if name.lower()[-1] in CTRL_CHARACTERS + "0123456789" and len(name.lower()) == 6:
        assert encode_key(name, mode)
    else:
        with pytest.raises(UnknownKeyError):
            encode_key(name, mode)


@pytest.mark.parametrize(
    ("name", "code"), [("enter", 13), ("tab", 9), ("space", 32), ("backspace", 127)]
)
@given(mode=KITTY)
def test_kitty_tells_keys_that_write_only_when_asked_to(
    name: str, code: int, mode: KeyMode
) -> None:
    asked = bool(mode.kitty_flags & 8)
    expected = f"\x1b[{code}u".encode() if asked else bytes([code])
    assert encode_key(name, mode) == expected
