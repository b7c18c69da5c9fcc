"""What is kept of what was sent and received."""

import asyncio
import os
from pathlib import Path

import pytest

from coderbot.paths import MediaDirs
from coderbot.worker.media.pruner import Pruner
from coderbot.worker.media.retention import Kept, Limits, prune, surplus
from tests.fakes.clock import FakeClock

_BOTH = ("sent", "received")


def _kept(since_s: float, size: int = 10) -> Kept:
    return Kept((1, int(since_s)), since_s, size)


@pytest.mark.parametrize(
    ("limits", "gone"),
    [
        (Limits(), []),
        (Limits(age_s=40), [10, 20]),
        (Limits(size=30), [10]),
        (Limits(size=25), [10, 20]),
        (Limits(size=1), [10, 20, 30, 40]),
        (Limits(age_s=40, size=10), [10, 20, 30]),
        (Limits(age_s=1_000, size=1_000), []),
    ],
)
def test_the_oldest_goes_first(limits: Limits, gone: list[float]) -> None:
    files = [_kept(since_s) for since_s in (30, 10, 40, 20)]
    assert [each.since_s for each in surplus(files, limits, 61)] == gone


def test_a_long_lived_content_counts_from_its_move(tmp_path: Path) -> None:
    dirs = MediaDirs.of(tmp_path, 0)
    dirs.make()
    (dirs.sent / "a").write_bytes(b"a")
    os.utime(dirs.sent / "a", (0, 0))
    now_s = (dirs.sent / "a").stat().st_ctime
    assert prune(dirs.root, _BOTH, Limits(age_s=60), now_s + 59) == 0
    assert prune(dirs.root, _BOTH, Limits(age_s=60), now_s + 61) == 1


def test_nothing_else_is_touched_whatever_links_lie_there(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_bytes(b"precious")
    dirs = MediaDirs.of(tmp_path, 0)
    dirs.make((5,))
    for path in (
        dirs.root / "pending",
        dirs.to(5) / "pending",
        dirs.failed / "failed",
        dirs.sent / f".{'0' * 16}.part",
        dirs.sent / "old",
    ):
        path.write_bytes(b"content")
    (dirs.sent / "to-5").mkdir()
    (dirs.sent / "to-5" / "old").write_bytes(b"content")
    (dirs.sent / "directory").symlink_to(outside)
    (dirs.sent / "file").symlink_to(outside / "precious")
    dirs.received.rmdir()
    dirs.received.symlink_to(outside)
    assert prune(dirs.root, _BOTH, Limits(size=1), 0) == 3
    assert sorted(path.name for path in dirs.sent.iterdir()) == [
        f".{'0' * 16}.part",
        "directory",
        "to-5",
    ]
    assert (outside / "precious").read_bytes() == b"precious"
    left = [dirs.root / "pending", dirs.to(5) / "pending", dirs.failed / "failed"]
    assert all(path.exists() for path in left)


def test_a_bot_directory_that_is_a_link_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "sent").mkdir(parents=True)
    (tmp_path / "elsewhere" / "sent" / "a").write_bytes(b"a")
    (tmp_path / "bot-0").symlink_to(tmp_path / "elsewhere")
    assert prune(tmp_path / "bot-0", _BOTH, Limits(size=1), 0) == 0
    assert prune(tmp_path / "gone", _BOTH, Limits(size=1), 0) == 0


async def test_it_looks_again_when_much_was_added(tmp_path: Path) -> None:
    dirs = MediaDirs.of(tmp_path, 0)
    dirs.make()
    clock, added = FakeClock(), 0
    pruner = Pruner(dirs, Limits(size=100), clock, lambda: added)

    async def until_gone(path: Path) -> None:
        async with asyncio.timeout(5):
            while path.exists():
                await clock.advance(31)
                await asyncio.sleep(0.001)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(pruner.run())
        first, second = dirs.sent / "first", dirs.received / "second"
        first.write_bytes(bytes(200))
        added += 200
        await until_gone(first)
        second.write_bytes(bytes(200))
        added += 200
        began = clock.monotonic()
        await until_gone(second)
        assert clock.monotonic() - began < 3_600
        task.cancel()
