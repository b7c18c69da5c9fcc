"""Which downloads are under way, across crashes."""

import stat
from pathlib import Path

import pytest

from coderbot.worker.telegram.downloadbook import DownloadBook, Wanted
from coderbot.worker.telegram.incoming import Incoming

_A = Wanted(Incoming("id-a", "../a\n.txt", 10, "caption", "album", 7), 1001, 1001)
_B = Wanted(Incoming("id-b", "b.txt", None), 1002, 1002)


def test_what_is_begun_is_left_until_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "downloads.json"
    book = DownloadBook(path)
    assert book.left() == []
    book.begin(_A)
    book.begin(_B)
    book.begin(_A)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = DownloadBook(path)
    assert again.left() == [_A, _B]
    again.end(_A)
    assert DownloadBook(path).left() == [_B]
    again.end(_B)
    again.end(_B)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"{}", b"[{}]", b"\xff"])
def test_a_damaged_file_is_told_and_replaced(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "downloads.json"
    path.write_bytes(content)
    book = DownloadBook(path)
    assert book.left() == []
    assert "Cannot read" in caplog.text
    book.begin(_A)
    assert DownloadBook(path).left() == [_A]


def test_an_unusable_place_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state").write_bytes(b"in the way")
    book = DownloadBook(tmp_path / "state" / "downloads.json")
    book.begin(_A)
    book.end(_A)
    assert "Cannot note" in caplog.text
