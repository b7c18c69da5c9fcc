"""What a look at a bot's directory finds."""

import os
from pathlib import Path

import pytest

from coderbot.worker.media import scan
from coderbot.worker.media.scan import Look, look_at
from coderbot.worker.media.writers import Writers

_NOW_S = 2_000_000_000.0
_RESERVED = frozenset({"sent", "received", "failed"})


def _look(root: Path, is_shared: bool = False) -> Look:
    return look_at(root, _RESERVED, lambda _: False, _NOW_S, is_shared)


def _put(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"content")


def test_folders_of_users_are_looked_into(tmp_path: Path) -> None:
    for name in ("a", "to-5/b", "to-5/c.part", "to-x/d", "to-05/e", "sent/f", "dir/g"):
        _put(tmp_path / name)
    (tmp_path / "to-5" / "deeper").mkdir()
    look = _look(tmp_path)
    assert look.sightings.keys() == {"a", "to-5/b"}
    assert look.folders == {"to-5"}
    assert {name for name, _ in look.odd} == {"to-x", "to-05", "dir", "to-5/deeper"}


def test_a_folder_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    _put(tmp_path / "outside" / "secret")
    (tmp_path / "bot-0").mkdir()
    (tmp_path / "bot-0" / "to-5").symlink_to(tmp_path / "outside")
    look = _look(tmp_path / "bot-0")
    assert look.sightings == {}
    assert {name for name, _ in look.odd} == {"to-5"}


def test_a_caption_goes_with_its_file(tmp_path: Path) -> None:
    for name in ("a", "a.caption.txt", "b.caption.txt", "to-5/a.caption.txt"):
        _put(tmp_path / name)
    names = {"a", "b.caption.txt", "to-5/a.caption.txt"}
    assert _look(tmp_path).sightings.keys() == names


def test_who_writes_the_caption_holds_up_its_file(tmp_path: Path) -> None:
    _put(tmp_path / "a")
    with (tmp_path / "a.caption.txt").open("wb"):
        assert _look(tmp_path).sightings["a"].writers is Writers.SOME
    assert _look(tmp_path).sightings["a"].writers is Writers.NONE


def test_the_oldest_are_looked_at_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "_MAX_CLOSER", 3)
    for number in range(5):
        _put(tmp_path / f"{number}")
        os.utime(tmp_path / f"{number}", (0, 100 - number))
    look = _look(tmp_path)
    assert list(look.sightings) == ["4", "3", "2"]
    assert (len(look.present), look.unseen) == (5, 2)


def test_how_old_a_file_is(tmp_path: Path) -> None:
    _put(tmp_path / "a")
    os.utime(tmp_path / "a", (0, _NOW_S - 7))
    assert _look(tmp_path).sightings["a"].age_s == 7


def test_where_others_may_write_nothing_is_sure(tmp_path: Path) -> None:
    _put(tmp_path / "a")
    assert _look(tmp_path, True).sightings["a"].writers is Writers.UNKNOWN
