"""Who has what, across crashes."""

import asyncio
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from coderbot.worker.media import journal as module
from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.journal import Journal

_A = FileId("a.png", 1, 10, 100)
_B = FileId(os.fsdecode(b"b\xff\n.png"), 2, 20, 200)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "media-bot-0.json"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    journal = Journal(path)
    journal.open([])
    yield journal
    journal.close()


def _reopened(path: Path, *present: FileId) -> Journal:
    journal = Journal(path)
    journal.open(present)
    journal.close()
    return journal


def test_is_private(journal: Journal, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_what_is_recorded_outlives_a_crash(journal: Journal, path: Path) -> None:
    journal.record(_A, 1)
    journal.record(_A, 2)
    journal.record(_B, 1)
    again = _reopened(path, _A, _B)
    assert again.chats(_A) == {1, 2}
    assert again.chats(_B) == {1}


def test_another_version_is_another_file(journal: Journal) -> None:
    journal.record(_A, 1)
    for other in (
        FileId("b.png", 1, 10, 100),
        FileId("a.png", 9, 10, 100),
        FileId("a.png", 1, 11, 100),
        FileId("a.png", 1, 10, 101),
    ):
        assert journal.chats(other) == set()


def test_forgotten_is_forgotten(journal: Journal, path: Path) -> None:
    journal.record(_A, 1)
    journal.forget(_A)
    journal.record(_A, 2)
    assert journal.chats(_A) == {2}
    assert _reopened(path, _A).chats(_A) == {2}


def test_files_that_left_are_dropped(journal: Journal, path: Path) -> None:
    journal.record(_A, 1)
    journal.record(_B, 1)
    assert _reopened(path, _B).chats(_A) == set()
    assert _reopened(path, _A, _B).chats(_A) == set()
    assert _reopened(path, _A, _B).chats(_B) == {1}


@pytest.mark.parametrize(
    "damage", [b'{"name":"61', b"\0\0\0", b'{"name":"zz","inode":1}\n', b"[]\n"]
)
def test_damaged_lines_are_dropped(
    journal: Journal, path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    journal.record(_A, 1)
    with path.open("ab") as file:
        file.write(damage)
    assert _reopened(path, _A).chats(_A) == {1}
    assert "damaged line" in caplog.text


def test_a_full_disk_is_told_and_the_next_line_is_whole(
    journal: Journal,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def half(descriptor: int, data: bytes) -> int:
        write(descriptor, data[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    write = os.write
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", half)
        journal.record(_A, 1)
    assert "No space left" in caplog.text
    assert journal.chats(_A) == {1}  # this process still knows
    journal.record(_A, 2)
    assert _reopened(path, _A).chats(_A) == {2}


async def test_stays_small(journal: Journal, path: Path) -> None:
    journal.record(_B, 7)
    for number in range(2_000):
        file = FileId(f"{number}.png", number, 1, 1)
        journal.record(file, 1)
        journal.forget(file)
        if number % 100 == 0:
            await journal.flush()
    assert len(path.read_bytes().splitlines()) < 1_300
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    journal.record(_B, 8)
    assert _reopened(path, _B).chats(_B) == {7, 8}


async def test_what_comes_while_it_is_written_anew_is_kept(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MAX_DEAD_LINES", 0)
    journal.record(_A, 1)
    journal.record(_B, 1)
    journal.forget(_B)
    async with asyncio.TaskGroup() as group:
        group.create_task(journal.flush())
        await asyncio.sleep(0)  # the thread writes now
        journal.record(_A, 2)
        crashed = _reopened(path, _A)
    assert crashed.chats(_A) == {1, 2}
    journal.record(_A, 3)
    assert _reopened(path, _A).chats(_A) == {1, 2, 3}
    assert b"62ff" not in path.read_bytes()


async def test_a_file_that_cannot_be_written_anew_stays(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "_MAX_DEAD_LINES", 0)
    journal.record(_A, 1)
    journal.record(_B, 1)
    journal.forget(_B)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", refuse)
        await journal.flush()
    journal.record(_A, 2)
    assert _reopened(path, _A).chats(_A) == {1, 2}
    assert [p.name for p in path.parent.iterdir()] == [path.name]


async def test_flush_after_a_rewrite_and_after_the_end(journal: Journal) -> None:
    journal.record(_A, 1)
    await journal.flush()
    journal.close()
    await journal.flush()
    journal.record(_A, 2)
    assert journal.chats(_A) == {1, 2}


def test_an_unusable_place_does_not_stop_the_sending(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state").write_bytes(b"a file in the way")
    journal = Journal(tmp_path / "state" / "journal")
    journal.open([])
    journal.record(_A, 1)
    assert journal.chats(_A) == {1}
    assert "Cannot open the media journal" in caplog.text
