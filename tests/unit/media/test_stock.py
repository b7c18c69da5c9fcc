"""What lies in a bot's directories, and what is tried again."""

from pathlib import Path

import pytest

from coderbot.paths import MediaDirs
from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.stock import failed_files, retry, usage_of

ANNA, BEN = 1, 2


@pytest.fixture
def dirs(tmp_path: Path) -> MediaDirs:
    dirs = MediaDirs.of(tmp_path, 0)
    dirs.make((ANNA, BEN))
    return dirs


def _fail(dirs: MediaDirs, name: str, reason: str = "too large") -> FileId:
    path = dirs.failed / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"content")
    path.with_name(path.name + ".reason.txt").write_text(f"{reason}\nreally\n")
    file = FileId.of(dirs.failed, name)
    assert file is not None
    return file


def test_usage_counts_links_as_links(tmp_path: Path) -> None:
    (tmp_path / "sent" / "to-1").mkdir(parents=True)
    (tmp_path / "sent" / "a").write_bytes(b"12345")
    (tmp_path / "sent" / "to-1" / "b").write_bytes(b"12")
    (tmp_path / "large").write_bytes(bytes(10_000))
    (tmp_path / "sent" / "link").symlink_to("../large")
    usage = usage_of(tmp_path / "sent")
    assert (usage.files, usage.size) == (3, 7 + len("../large"))
    assert usage_of(tmp_path / "gone").files == 0


def test_everybody_sees_what_is_theirs(dirs: MediaDirs) -> None:
    for name in ("a.txt", f"to-{ANNA}/b.txt", f"to-{BEN}/c.txt"):
        _fail(dirs, name)
    (dirs.failed / "a.txt.caption.txt").write_text("caption")
    (dirs.failed / "alone.reason.txt").write_text("a file of that name")
    found = failed_files(dirs, ANNA)
    names = [each.file.name for each in found]
    assert names == ["a.txt", "alone.reason.txt", f"to-{ANNA}/b.txt"]
    assert found[0].reason == "too large; really"
    assert found[1].reason == "no reason was kept"


def test_retry_moves_the_very_file(dirs: MediaDirs) -> None:
    first, second = _fail(dirs, "a.txt"), _fail(dirs, f"to-{ANNA}/b.txt")
    (dirs.failed / "a.txt.caption.txt").write_text("caption")
    assert retry(dirs, failed_files(dirs, ANNA)) == 2
    assert FileId.of(dirs.root, "a.txt") == first
    assert FileId.of(dirs.root, f"to-{ANNA}/b.txt") == second
    assert (dirs.root / "a.txt.caption.txt").read_text() == "caption"
    assert failed_files(dirs, ANNA) == []
    assert list(dirs.failed.rglob("*.txt")) == []


def test_retry_overwrites_nothing(dirs: MediaDirs) -> None:
    _fail(dirs, "a.txt")
    (dirs.root / "a.txt").write_bytes(b"a newer one")
    assert retry(dirs, failed_files(dirs, ANNA)) == 1
    assert (dirs.root / "a.txt").read_bytes() == b"a newer one"
    assert (dirs.root / "a-1.txt").read_bytes() == b"content"
