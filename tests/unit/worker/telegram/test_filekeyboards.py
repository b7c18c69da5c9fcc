"""Keyboards and texts about files."""

from pathlib import Path

import pytest

from coderbot.botprocess.telegram.lengths import utf16_units
from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.finding import Entry
from coderbot.worker.media.receiver import Saved
from coderbot.worker.media.stock import FailedFile, Usage
from coderbot.worker.media.totals import Totals
from coderbot.worker.telegram import filekeyboards, filetexts


def _entries(count: int) -> list[Entry]:
    return [Entry(Path(f"/x/{n}.txt"), False, 1_500, 0.0) for n in range(count)]


def _labels(count: int, page: int, is_tree: bool = False) -> list[list[str]]:
    keyboard = filekeyboards.picker("KEY", _entries(count), page, is_tree)
    return [[button.text for button in row] for row in keyboard.inline_keyboard]


def test_pages() -> None:
    assert _labels(1, 0) == [["📄 x/0.txt · 1.5 kB"]]
    first, second = _labels(20, 0), _labels(20, 1)
    assert len(first) == 10
    assert first[8:] == [["▶️"], ["📤 Send all 20"]]
    assert second[0] == ["📄 x/8.txt · 1.5 kB"]
    assert second[8] == ["◀️", "▶️"]
    assert _labels(20, 2)[4] == ["◀️"]
    assert _labels(0, 0, is_tree=True) == [["⬆️ Up", "📦 All as zip"]]


def test_a_button_fits_and_is_understood() -> None:
    name = "very-long-" * 20 + ".tar.gz"
    entries = [Entry(Path("/d") / name, True, 0, 0.0)] * 500
    keyboard = filekeyboards.picker("k" * 12, entries, 62, True)
    button = keyboard.inline_keyboard[0][0]
    assert len(button.text) < 60
    assert button.text.endswith(".tar.gz/")
    assert len(str(button.callback_data)) <= 64
    action = str(button.callback_data).partition(":")[2]
    assert filekeyboards.parse(action) == (filekeyboards.PICK, 496)


@pytest.mark.parametrize(
    ("action", "parsed"),
    [
        ("page3", ("page", 3)),
        ("all", ("all", 0)),
        ("", ("", 0)),
        ("9" * 50, ("", 999999)),
    ],
)
def test_actions(action: str, parsed: tuple[str, int]) -> None:
    assert filekeyboards.parse(action) == parsed


def test_paths_can_be_copied() -> None:
    outcomes: list[Saved | str] = [
        Saved(Path("/r/\U0001f600.txt")),
        "b was not saved: it is too big",
        Saved(Path("/r/c"), Path("/r/c.caption.txt")),
    ]
    text, entities = filetexts.received(outcomes)
    units = text.encode("utf-16-le")
    copied = [
        units[e.offset * 2 : (e.offset + e.length) * 2].decode("utf-16-le")
        for e in entities
    ]
    assert copied == ["/r/\U0001f600.txt", "/r/c"]
    assert "b was not saved" in text
    assert text.endswith("its caption: c.caption.txt")


def test_media_is_one_message_whatever_waits() -> None:
    names = [f"{'x' * 200}{number}" for number in range(500)]
    failures = [FailedFile(FileId(name, 1, 1, 1), "y" * 100) for name in names]
    text = filetexts.media(names, Totals(), [("sent", Usage(3, 1_000))], failures)
    assert text.startswith("On their way: 500\n")
    assert "Kept in sent/: 3 (1.0 kB)" in text
    assert utf16_units(text) <= 4_096 * 2  # and the end of it is cut by the outbox


def test_progress() -> None:
    assert filetexts.progress("a", 250, 1_000) == "Fetching a: 25% of 1.0 kB…"
    assert filetexts.progress("a", 250, None) == "Fetching a: 250 B so far…"
