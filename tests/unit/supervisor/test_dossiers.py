"""Dossiers on disk."""

from pathlib import Path

import pytest

from coderbot.supervisor.dossier import Death, Dossier, build
from coderbot.supervisor.dossiers import MAX_KINDS, MAX_PER_BOT, Dossiers


def a_dossier(run: int = 1, bot: str = "bot-0") -> Dossier:
    return build(Death(bot, run, 1), [], 1_000.0 + run, run, 1_000.0)


def test_what_is_stored_is_read_the_newest_first(tmp_path: Path) -> None:
    files = Dossiers(tmp_path / "crashes")
    for run in (2, 1, 3):
        files.store(a_dossier(run))
    files.store(a_dossier(9, "bot-1"))
    assert files.read("bot-0") == [a_dossier(3), a_dossier(2), a_dossier(1)]
    files.store(a_dossier(4, "bot-0.1"))
    assert files.read("bot-0.1") == [a_dossier(4, "bot-0.1")]
    assert len(files.read("bot-0")) == 3
    assert files.read("bot-2") == []
    assert (tmp_path / "crashes").stat().st_mode & 0o777 == 0o700
    modes = {p.stat().st_mode & 0o777 for p in (tmp_path / "crashes").iterdir()}
    assert modes == {0o600}


def test_their_number_is_bounded(tmp_path: Path) -> None:
    files = Dossiers(tmp_path)
    for run in range(MAX_PER_BOT + 5):
        files.store(a_dossier(run))
    assert [each.run for each in files.read("bot-0")] == list(
        range(MAX_PER_BOT + 4, 4, -1)
    )
    for number in range(MAX_KINDS + 7):
        files.count(f"{number}", 1.0)
    assert files.count("0", 2.0).seen == 1
    assert files.count(f"{MAX_KINDS + 6}", 2.0).seen == 2


def test_kinds_are_remembered(tmp_path: Path) -> None:
    first = Dossiers(tmp_path)
    first.load()
    first.count("abc", 10.0)
    first.count("abc", 20.0)
    first.store(a_dossier())
    second = Dossiers(tmp_path)
    second.load()
    kind = second.count("abc", 30.0)
    assert (kind.seen, kind.first, kind.last) == (3, 10.0, 30.0)


def test_what_is_broken_or_a_link_is_left_out(tmp_path: Path) -> None:
    files = Dossiers(tmp_path)
    files.store(a_dossier(1))
    (tmp_path / "bot-0.99.1.json").write_text("{")
    (tmp_path / "bot-0.98.1.json").symlink_to("bot-0.1001000.1.json")
    (tmp_path / "index.json").write_text("[1]")
    files.load()
    assert files.read("bot-0") == [a_dossier(1)]


def test_a_directory_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "crashes").write_text("in the way")
    with pytest.raises(OSError, match="exists"):
        Dossiers(tmp_path / "crashes").store(a_dossier())
