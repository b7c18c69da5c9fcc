"""Counting and cleaning a bot's media."""

from pathlib import Path

import pytest

from coderbot.paths import MediaDirs
from coderbot.supervisor.errors import MediaError
from coderbot.supervisor.media import (
    MediaUsage,
    clean_media,
    look_at_media,
    measure_media,
)


@pytest.fixture
def dirs(tmp_path: Path) -> MediaDirs:
    found = MediaDirs.of(tmp_path, 0)
    found.make()
    (found.root / "waiting.png").write_bytes(b"12345")
    (found.sent / "a.png").write_bytes(b"123")
    (found.sent / "deep" / "er").mkdir(parents=True)
    (found.sent / "deep" / "er" / "b.png").write_bytes(b"1234")
    (found.received / ".hidden").write_bytes(b"1")
    (found.failed / "c.txt").write_bytes(b"12")
    return found


def test_measured_is_what_would_be_deleted(dirs: MediaDirs) -> None:
    assert measure_media(dirs) == MediaUsage(4, 10)
    assert measure_media(dirs) == MediaUsage(4, 10)


def test_cleaned_is_all_but_what_waits(dirs: MediaDirs) -> None:
    assert clean_media(dirs) == MediaUsage(4, 10)
    left = sorted(path.name for path in dirs.root.rglob("*"))
    assert left == ["failed", "received", "sent", "waiting.png"]
    assert clean_media(dirs) == MediaUsage(0, 0)


def test_links_are_deleted_and_never_followed(dirs: MediaDirs, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_bytes(b"x" * 100)
    (dirs.sent / "to-directory").symlink_to(outside, target_is_directory=True)
    (dirs.sent / "to-file").symlink_to(outside / "precious")
    usage = clean_media(dirs)
    assert usage.files == 6
    assert (outside / "precious").read_bytes() == b"x" * 100
    assert list(dirs.sent.iterdir()) == []


@pytest.mark.parametrize("which", ["bot-0", "bot-0/sent"])
def test_a_directory_that_is_a_link_is_refused(tmp_path: Path, which: str) -> None:
    outside = tmp_path / "outside"
    (outside / "sent").mkdir(parents=True)
    (outside / "sent" / "precious").touch()
    link = tmp_path / which
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(outside, target_is_directory=True)
    with pytest.raises(MediaError, match="no plain directory"):
        clean_media(MediaDirs.of(tmp_path, 0))
    assert (outside / "sent" / "precious").exists()


def test_a_bot_that_never_ran_has_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sent").mkdir()
    (tmp_path / "sent" / "of somebody else").touch()
    monkeypatch.chdir(tmp_path)
    assert clean_media(MediaDirs.of(tmp_path / "media", 0)) == MediaUsage(0, 0)
    assert (tmp_path / "sent" / "of somebody else").exists()


def test_a_file_that_is_in_the_way_of_a_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bot-0").mkdir()
    (tmp_path / "bot-0" / "sent").touch()
    with pytest.raises(MediaError):
        measure_media(MediaDirs.of(tmp_path, 0))


def test_what_a_worker_is_writing_is_left_alone(dirs: MediaDirs) -> None:
    half = dirs.received / f".{'0' * 16}.part"
    half.write_bytes(b"half a download")
    assert measure_media(dirs) == MediaUsage(4, 10)
    assert clean_media(dirs) == MediaUsage(4, 10)
    assert half.read_bytes() == b"half a download"


def test_what_waits_for_single_users_is_shown_and_left(
    dirs: MediaDirs, tmp_path: Path
) -> None:
    dirs.to(5).mkdir()
    (dirs.to(5) / "private.png").write_bytes(b"1234567")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "precious").write_bytes(b"x" * 100)
    dirs.to(6).symlink_to(tmp_path / "outside")
    waiting = look_at_media(dirs)[0]
    assert (waiting.files, waiting.size_bytes) == (2, 12)
    clean_media(dirs)
    assert (dirs.to(5) / "private.png").exists()
