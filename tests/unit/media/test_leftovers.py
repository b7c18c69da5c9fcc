"""What is left by a crash, and what becomes of it."""

import os
from pathlib import Path

from coderbot.paths import MediaDirs
from coderbot.worker.media.leftovers import tidy

_HEX = "0123456789abcdef"


def test_halves_go_and_nothing_else(tmp_path: Path) -> None:
    dirs = MediaDirs.of(tmp_path, 0)
    dirs.make()
    (dirs.root / "to-5").mkdir()
    mine = [dirs.received / f".{_HEX}.part", dirs.root / "to-5" / f".{_HEX}.part"]
    others = [dirs.received / ".x.part", dirs.root / "a.part", dirs.root / "b"]
    for path in (*mine, *others):
        path.write_bytes(b"half")
    tidy(dirs)
    assert not any(path.exists() for path in mine)
    assert all(path.exists() for path in others)


def test_a_move_that_was_cut_off(tmp_path: Path) -> None:
    dirs = MediaDirs.of(tmp_path, 0)
    dirs.make()
    held, sent = dirs.root / f".{_HEX}.moved", dirs.sent / "a"
    held.write_bytes(b"sent already")
    os.link(held, sent)
    tidy(dirs)
    assert not held.exists()
    assert sent.read_bytes() == b"sent already"
    held.write_bytes(b"of somebody else")
    tidy(dirs)
    assert (dirs.root / f"found-{_HEX}").read_bytes() == b"of somebody else"


def test_a_link_to_a_directory_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / f".{_HEX}.part").write_bytes(b"not ours")
    dirs = MediaDirs.of(tmp_path, 0)
    dirs.make()
    (dirs.root / "to-5").symlink_to(outside)
    tidy(dirs)
    assert (outside / f".{_HEX}.part").exists()
