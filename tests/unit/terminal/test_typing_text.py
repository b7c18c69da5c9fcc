import pytest

from coderbot.worker.terminal.typing_text import encode_text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ls -l", b"ls -l"),
        ("a\nb", b"a\rb"),
        ("a\r\nb\rc", b"a\rb\rc"),
        ("tab\there", b"tab\there"),
        ("žluť 日 😀", "žluť 日 😀".encode()),
        ("\x03\x04\x1b[A\x00\x7f\x9b1m", b"[A1m"),
        ("", b""),
    ],
)
def test_text_is_typed_without_control_characters(text: str, plain: bytes) -> None:
    assert encode_text(text, bracketed=False) == plain


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a\n"])
def test_a_paste_is_marked_for_programs_that_ask(text: str) -> None:
    typed = text.replace("\n", "\r").encode()

    assert encode_text(text, bracketed=True) == b"\x1b[200~" + typed + b"\x1b[201~"


def test_a_single_line_is_typed_so_that_editors_take_it_for_commands() -> None:
    assert encode_text(":wq", bracketed=True) == b":wq"


def test_a_paste_cannot_be_ended_from_within() -> None:
    hostile = "x\x1b[201~rm -rf /\n"

    assert encode_text(hostile, bracketed=True).count(b"\x1b[201~") == 1


def test_lone_surrogates_do_not_raise() -> None:
    assert encode_text("a\udc80b", bracketed=False) == b"a?b"
