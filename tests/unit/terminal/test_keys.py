import pytest

from coderbot.worker.terminal.keys import (
    CTRL_CHARACTERS,
    KEY_NAMES,
    KeyMode,
    UnknownKeyError,
    encode_key,
    encode_keys,
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("enter", b"\r"),
        ("tab", b"\t"),
        ("space", b" "),
        ("backspace", b"\x7f"),
        ("delete", b"\x1b[3~"),
        ("esc", b"\x1b"),
        ("up", b"\x1b[A"),
        ("down", b"\x1b[B"),
        ("right", b"\x1b[C"),
        ("left", b"\x1b[D"),
        ("home", b"\x1b[H"),
        ("end", b"\x1b[F"),
        ("pgup", b"\x1b[5~"),
        ("pgdn", b"\x1b[6~"),
        ("insert", b"\x1b[2~"),
        ("f1", b"\x1bOP"),
        ("f4", b"\x1bOS"),
        ("f5", b"\x1b[15~"),
        ("f12", b"\x1b[24~"),
        ("shift+tab", b"\x1b[Z"),
        ("alt+enter", b"\x1b\r"),
        ("alt+b", b"\x1bb"),
        ("ctrl+left", b"\x1b[1;5D"),
        ("shift+f5", b"\x1b[15;2~"),
        ("alt+f1", b"\x1b[1;3P"),
        ("ENTER", b"\r"),
        ("Ctrl+C", b"\x03"),
        ("escape", b"\x1b"),
        ("PageUp", b"\x1b[5~"),
        ("Ctrl+PageUp", b"\x1b[5;5~"),
        ("alt++", b"\x1b+"),
        ("1", b"1"),
        ("A", b"A"),
        ("é", "é".encode()),
    ],
)
def test_a_key_sends_what_xterm_sends(name: str, expected: bytes) -> None:
    assert encode_key(name) == expected


def test_control_sends_the_33_control_characters() -> None:
    sent = [encode_key(f"ctrl+{character}") for character in CTRL_CHARACTERS]

    assert sent == [bytes([code]) for code in [*range(0x20), 0x7F]]


def test_control_with_digits_sends_what_xterm_sends() -> None:
    sent = b"".join(encode_key(f"ctrl+{digit}") for digit in range(10))

    assert sent == b"01\x00\x1b\x1c\x1d\x1e\x1f\x7f9"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("up", b"\x1bOA"),
        ("left", b"\x1bOD"),
        ("home", b"\x1bOH"),
        ("end", b"\x1bOF"),
        ("ctrl+up", b"\x1b[1;5A"),
        ("pgup", b"\x1b[5~"),
        ("enter", b"\r"),
    ],
)
def test_application_cursor_keys(name: str, expected: bytes) -> None:
    assert encode_key(name, KeyMode(application_cursor=True)) == expected


@pytest.mark.parametrize(
    ("name", "flags", "expected"),
    [
        ("esc", 1, b"\x1b[27u"),
        ("ctrl+c", 1, b"\x1b[99;5u"),
        ("alt+x", 1, b"\x1b[120;3u"),
        ("alt++", 1, b"\x1b[43;3u"),
        ("shift+tab", 1, b"\x1b[9;2u"),
        ("enter", 1, b"\r"),
        ("enter", 8 | 1, b"\x1b[13u"),
        ("up", 1, b"\x1b[A"),
        ("ctrl+c", 2, b"\x03"),
    ],
)
def test_kitty_keyboard_protocol(name: str, flags: int, expected: bytes) -> None:
    assert encode_key(name, KeyMode(kitty_flags=flags)) == expected


def test_a_word_is_typed_and_a_name_is_pressed() -> None:
    assert encode_keys("uptown") == b"uptown"
    assert encode_keys("half \ud83d an emoji") == b"half ? an emoji"
    assert encode_keys("up") == b"\x1b[A"
    assert encode_keys("up", KeyMode(application_cursor=True)) == b"\x1bOA"


def test_every_listed_name_is_a_key() -> None:
    assert all(encode_key(name) for name in KEY_NAMES)


@pytest.mark.parametrize("name", ["", "f13", "ctrl+é", "ctrl+", "meta+x", "ctrl+enter"])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(UnknownKeyError):
        encode_key(name)
