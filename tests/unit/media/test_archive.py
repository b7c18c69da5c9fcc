"""Moving files away, never over another one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from coderbot.worker.media import archive as module
from coderbot.worker.media import claiming
from coderbot.worker.media.archive import FileChangedError, archive, write_reason
from coderbot.worker.media.claiming import claim
from coderbot.worker.media.fileid import FileId


def _put(path: Path, content: bytes = b"content") -> FileId:
    path.write_bytes(content)
    file = FileId.of(path.parent, path.name)
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
    write_reason(first, "because 1")
    write_reason(second, "because 2")
    assert first.name == name
    assert (first.read_bytes(), second.read_bytes()) == (b"1", b"2")
    reasons = list((tmp_path / "failed").glob("*.reason*.txt"))
    words = sorted(p.read_text() for p in reasons)
    assert words == ["because 1\n", "because 2\n"]


def test_a_changed_file_is_left_alone(tmp_path: Path) -> None:
    file = _put(tmp_path / "a.png")
    _put(tmp_path / "a.png", b"another content")
    with pytest.raises(FileChangedError):
        archive(tmp_path, file, tmp_path / "sent")
    assert (tmp_path / "a.png").read_bytes() == b"another content"
    assert list((tmp_path / "sent").iterdir()) == []


def _replace(path: Path) -> None:
    _put(path.with_name(".new"), b"a newer one")
    path.with_name(".new").rename(path)


def _no_links(*_: object, **__: object) -> None:
    raise PermissionError(1, "Operation not permitted")


def test_a_file_swapped_before_it_is_linked_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _put(tmp_path / "a.png")
    link = os.link

    def swap_then_link(source: Path, target: Path, **options: bool) -> None:
        _replace(source)
        link(source, target, **options)

    monkeypatch.setattr(os, "link", swap_then_link)
    with pytest.raises(FileChangedError):
        archive(tmp_path, file, tmp_path / "sent")
    assert (tmp_path / "a.png").read_bytes() == b"a newer one"
    assert list((tmp_path / "sent").iterdir()) == []


def test_a_file_swapped_after_it_is_linked_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _put(tmp_path / "a.png")
    remove = module._remove

    def swap_then_remove(source: Path, file: FileId) -> None:
        _replace(source)
        remove(source, file)

    monkeypatch.setattr(module, "_remove", swap_then_remove)
    target = archive(tmp_path, file, tmp_path / "sent")
    assert target.read_bytes() == b"content"
    assert (tmp_path / "a.png").read_bytes() == b"a newer one"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.png", "sent"]


def test_a_crash_between_the_two_names_leaves_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _put(tmp_path / "a.png")

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, "_remove", crash)
        with pytest.raises(KeyboardInterrupt):
            archive(tmp_path, file, tmp_path / "sent")
    assert archive(tmp_path, file, tmp_path / "sent").name == "a.png"
    assert [p.name for p in (tmp_path / "sent").iterdir()] == ["a.png"]
    assert not (tmp_path / "a.png").exists()


def test_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", _no_links)
    for number in range(3):
        archive(tmp_path, _put(tmp_path / "a.png", b"%d" % number), tmp_path / "sent")
    found = {p.name: p.read_bytes() for p in (tmp_path / "sent").iterdir()}
    assert found == {"a.png": b"0", "a-1.png": b"1", "a-2.png": b"2"}


def test_without_hard_links_a_swapped_file_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _put(tmp_path / "a.png")

    def swap_then_claim(directory: Path, names: Iterator[str]) -> Path:
        _replace(tmp_path / "a.png")
        return claim(directory, names)

    monkeypatch.setattr(os, "link", _no_links)
    monkeypatch.setattr(claiming, "claim", swap_then_claim)
    with pytest.raises(FileChangedError):
        archive(tmp_path, file, tmp_path / "sent")
    assert (tmp_path / "a.png").read_bytes() == b"a newer one"
    assert list((tmp_path / "sent").iterdir()) == []


def test_a_file_that_cannot_be_moved_stays(tmp_path: Path) -> None:
    file = _put(tmp_path / "a.png")
    (tmp_path / "sent").write_bytes(b"in the way")
    with pytest.raises(OSError, match="sent"):
        archive(tmp_path, file, tmp_path / "sent")
    assert FileId.of(tmp_path, "a.png") == file
