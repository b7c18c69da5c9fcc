"""Names that are shown, and names that are free."""

import itertools
import os

import pytest

from coderbot.worker.media.names import fitted, numbered, shown


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain.png", "plain.png"),
        ("two\nlines\r", "two\ufffdlines\ufffd"),
        ("x\u202egpj.exe", "x\ufffdgpj.exe"),
        ("\x1b[31mred", "\ufffd[31mred"),
        (os.fsdecode(b"bad\xff"), "bad\ufffd"),
        ("line\u2028end", "line\ufffdend"),
        ("👩\u200d💻.png", "👩\u200d💻.png"),  # a joiner makes one emoji of two
    ],
)
def test_shown(name: str, text: str) -> None:
    assert shown(name) == text
    shown(name).encode()


@pytest.mark.parametrize(
    ("name", "second", "third"),
    [
        ("a.png", "a-1.png", "a-2.png"),
        ("a", "a-1", "a-2"),
        ("a.tar.gz", "a.tar-1.gz", "a.tar-2.gz"),
        (".hidden", ".hidden-1", ".hidden-2"),
    ],
)
def test_numbered(name: str, second: str, third: str) -> None:
    assert list(itertools.islice(numbered(name), 3)) == [name, second, third]


@pytest.mark.parametrize(
    "name",
    ["x" * 255, "x" * 251 + ".png", "é" * 127 + "x", os.fsdecode(b"\xff" * 255)],
)
def test_numbered_names_fit_a_directory(name: str) -> None:
    for each in itertools.islice(numbered(name), 12):
        assert len(os.fsencode(each)) <= 255


def test_cut_is_not_within_a_character() -> None:
    assert fitted("😀" * 63 + "ab", "-1.png").removesuffix("-1.png") == "😀" * 62
