"""Bytes to lines."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coderbot.redact import Redactor, Secret
from coderbot.supervisor.framer import CUT_MARK, Framer

TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"


def frame(*chunks: bytes, max_chars: int = 16_384) -> list[str]:
    framer = Framer(Redactor([Secret("hunter2-password")]).text, max_chars)
    lines = [line for chunk in chunks for line in framer.feed(chunk)]
    return lines + framer.finish()


@pytest.mark.parametrize(
    ("chunks", "lines"),
    [
        # Nothing said, nothing told.
        ((), []),
        ((b"",), []),
        # Two writes, one line.
        ((b"he", b"llo\n"), ["hello"]),
        # One write, two lines and the beginning of a third.
        ((b"a\nb\nc", b"d\n"), ["a", "b", "cd"]),
        # Empty lines are lines.
        ((b"\n\na\n",), ["", "", "a"]),
        # The last line without a newline.
        ((b"a\nb",), ["a", "b"]),
        # Line ends of other systems; also with the end in a write of its own.
        ((b"a\r\nb\r", b"\n"), ["a", "b"]),
        # A carriage return inside a line is the line's own.
        ((b"10%\r20%\n",), ["10%\r20%"]),
        # A character in two writes, and one that never ends.
        (("ä€🙂".encode()[:4], "ä€🙂".encode()[4:] + b"\n"), ["ä€🙂"]),
        ((b"\xf0\x9f\n",), ["\ufffd"]),
        ((b"\xff\xfea\n",), ["\ufffd\ufffda"]),
        # Other line ends of Unicode end no line here.
        (("a\u2028b\x0bc\x85\n".encode(),), ["a\u2028b\x0bc\x85"]),
        # Secrets, whole or in two writes, and what only looks like one.
        ((f"t={TOKEN}\n".encode(),), ["t=[secret]"]),
        ((TOKEN[:20].encode(), TOKEN[20:].encode() + b"!\n"), ["[secret]!"]),
        ((b"hunter2-pass", b"word"), ["[secret]"]),
        ((b"9876543210:" + b"Z" * 35 + b"\n",), ["[secret]"]),
    ],
)
def test_lines(chunks: tuple[bytes, ...], lines: list[str]) -> None:
    assert frame(*chunks) == lines


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=30)
    ),
    st.lists(st.integers(1, 40)),
    st.booleans(),
)
def test_the_chunks_never_matter(
    lines: list[str], sizes: list[int], last_ends: bool
) -> None:
    lines = [line or "-" for line in lines]
    data = "\n".join(lines).encode() + (b"\n" if last_ends and lines else b"")
    chunks, rest = [], data
    for size in sizes:
        chunks.append(rest[:size])
        rest = rest[size:]
    assert frame(*chunks, rest) == lines


def test_a_long_line_is_cut_and_marked() -> None:
    assert frame(b"x" * 50 + b"\nnext\n", max_chars=10) == ["x" * 10 + CUT_MARK, "next"]
    assert frame(b"x" * 10 + b"\n", max_chars=10) == ["x" * 10]


def test_an_endless_line_is_given_out_once_and_costs_no_memory() -> None:
    framer = Framer(str)
    tracemalloc.start()
    try:
        lines = [line for _ in range(1_000) for line in framer.feed(b"x" * 65_536)]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert lines == ["x" * 16_384 + CUT_MARK]
    assert peak < 2_000_000
    assert framer.feed(b"tail of it\nnext\n") == ["next"]


@pytest.mark.parametrize("offset", range(0, 60, 7))
def test_a_secret_on_the_cut_is_not_half_shown(offset: int) -> None:
    line = b"x" * (100 - offset) + TOKEN.encode() + b"y" * 100_000
    (shown,) = frame(line, max_chars=100)
    assert "AAbb" not in shown
    assert "12345" not in shown


def test_an_endless_line_keeps_its_secret_though_never_ended() -> None:
    first = b"x" * (16_384 - 20) + TOKEN.encode()
    shown = frame(*[first, *[b"y" * 10_000] * 10])
    assert len(shown) == 1
    assert TOKEN[:15] not in shown[0]


@pytest.mark.parametrize("size", [10, 1_000, 16_384])
def test_a_line_of_the_longest_kind_is_whole_however_it_comes(size: int) -> None:
    line = "🙂" * size
    data = line.encode()
    half = len(data) // 2
    assert frame(data[:half], data[half:] + b"\n", max_chars=size) == [line]
    assert frame(data[:half], data[half:], max_chars=size) == [line]
    assert frame(data + "🙂\n".encode(), max_chars=size) == [line + CUT_MARK]
    beside = frame(data + b"\n" + data + "🙂\n".encode(), max_chars=size)
    assert beside == [line, line + CUT_MARK]
