"""Moving files away, never over another one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from coderbot.worker.media import archive as module
from coderbot.worker.media.archive import FileChangedError, archive, write_reason
from coderbot.worker.media.fileid import FileId


def _put(path: Path, content: bytes = b"content") -> FileId:
    path.write_bytes(content)
    file = FileId.of(path)
    assert file is not None
    return file


def test_moves_into_a_directory_that_is_made(tmp_path: Path) -> None:
    file = _put(tmp_path / "a.png")
    target = archive(tmp_path, file, tmp_path / "sent")
    assert target == tmp_path / "sent" / "a.png"
    assert target.read_bytes() == b"content"
    assert not (tmp_path / "a.png").exists()


def test_never_overwrites(tmp_path: Path) -> None:
    for number in range(4):
        archive(tmp_path, _put(tmp_path / "a.png", b"%d" % number), tmp_path / "sent")
    found = {p.name: p.read_bytes() for p in (tmp_path / "sent").iterdir()}
    assert found == {"a.png": b"0", "a-1.png": b"1", "a-2.png": b"2", "a-3.png": b"3"}


def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "sent").mkdir()
    (tmp_path / "sent" / "a.png").symlink_to(tmp_path / "outside")
    target = archive(tmp_path, _put(tmp_path / "a.png"), tmp_path / "sent")
    assert target.name == "a-1.png"
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize(
    "name",
    [
        "x" * 255,
        "😀" * 60 + ".png",
        os.fsdecode(b"no\xfftext"),
        "new\nline",
        "CON",
        "-rf",
        "x\u202egpj.exe",
    ],
)
def test_hostile_names_are_moved_as_they_are(tmp_path: Path, name: str) -> None:
    first = archive(tmp_path, _put(tmp_path / name, b"1"), tmp_path / "failed")
    second = archive(tmp_path, _put(tmp_path / name, b"2"), tmp_path / "failed")
    write_reason(first, "because")
    write_reason(second, "because")
    assert first.name == name
    assert (first.read_bytes(), second.read_bytes()) == (b"1", b"2")
    reasons = list((tmp_path / "failed").glob("*.reason*.txt"))
    assert [p.read_text() for p in reasons] == ["because\n", "because\n"]


def test_a_changed_file_is_left_alone(tmp_path: Path) -> None:
    file = _put(tmp_path / "a.png")
    _put(tmp_path / "a.png", b"another content")
    with pytest.raises(FileChangedError):
        archive(tmp_path, file, tmp_path / "sent")
    assert (tmp_path / "a.png").read_bytes() == b"another content"
    assert list((tmp_path / "sent").iterdir()) == []


def test_a_file_swapped_at_the_last_moment_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _put(tmp_path / "a.png")
    claim = module._claim

    def swap_then_claim(directory: Path, names: Iterator[str]) -> Path:
        _put(tmp_path / "new", b"a newer one")
        (tmp_path / "new").rename(tmp_path / "a.png")
        return claim(directory, names)

    monkeypatch.setattr(module, "_claim", swap_then_claim)
    with pytest.raises(FileChangedError):
        archive(tmp_path, file, tmp_path / "sent")
    assert (tmp_path / "a.png").read_bytes() == b"a newer one"
    assert list((tmp_path / "sent").iterdir()) == []


def test_a_file_that_cannot_be_moved_stays(tmp_path: Path) -> None:
    file = _put(tmp_path / "a.png")
    (tmp_path / "sent").write_bytes(b"in the way")
    with pytest.raises(OSError, match="sent"):
        archive(tmp_path, file, tmp_path / "sent")
    assert FileId.of(tmp_path / "a.png") == file
