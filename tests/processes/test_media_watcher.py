"""The directory of a bot, with real files and real writers."""

import asyncio
import os
import shutil
import socket
import sys
from collections import Counter
from pathlib import Path

import pytest

from coderbot.worker.media import writers
from coderbot.worker.media.upload import UploadRefused
from coderbot.worker.media.writers import Writers, writers_of
from tests.fakes.media import running_media
from tests.fakes.uploader import FakeUploader

_SLOW = """
import sys, time
with open(sys.argv[1], "wb", buffering=0) as file:
    print("open", flush=True)
    for _ in range(20):
        file.write(b"x" * 5_000)
        time.sleep(0.1)
"""
_PAUSED = """
import sys, time
with open(sys.argv[1], "wb", buffering=0) as file:
    file.write(b"begun, ")
    print("open", flush=True)
    sys.stdin.read()
    file.write(b"ended")
"""
_REOPENING = """
import sys, time
open(sys.argv[1], "wb").close()
print("open", flush=True)
for part in range(20):
    with open(sys.argv[1], "ab") as file:
        file.write(b"%02d " % part)
        file.flush()
        time.sleep(0.06)
"""
_MAPPED = """
import mmap, sys
with open(sys.argv[1], "w+b") as file:
    file.truncate(4096)
    mapped = mmap.mmap(file.fileno(), 4096)
print("open", flush=True)
sys.stdin.read()
mapped[:4] = b"late"
"""


class _Writer:
    """A child that writes a file."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, program: str, path: Path) -> "_Writer":
        """Start it; return once it has opened the file."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            program,
            str(path),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert await process.stdout.readline() == b"open\n"
        return cls(process)

    async def finish(self) -> None:
        """Let it end."""
        await self._process.communicate(b"")
        assert self._process.returncode == 0


async def test_a_slow_writer_is_waited_for(tmp_path: Path) -> None:
    uploader = FakeUploader()
    async with running_media(tmp_path, uploader) as media:
        writer = await _Writer.start(_SLOW, media.dirs.root / "slow.bin")
        await uploader.until(lambda: bool(uploader.tries))
        await writer.finish()
        await media.finished(1)
    assert [one.content for one in uploader.done] == [b"x" * 100_000]
    assert media.sent() == {"slow.bin": b"x" * 100_000}


async def test_a_writer_that_pauses_is_waited_for(tmp_path: Path) -> None:
    uploader = FakeUploader()
    async with running_media(tmp_path, uploader) as media:
        writer = await _Writer.start(_PAUSED, media.dirs.root / "paused.txt")
        # Another file passes it: so it was looked at, and left.
        media.put("other.txt")
        await media.finished_named("other.txt")
        await asyncio.sleep(0.4)  # nothing to wait for: nothing may happen
        assert uploader.names() == ["other.txt"]
        assert media.service.pending == 1
        await writer.finish()
        await media.finished(2)
    assert media.sent()["paused.txt"] == b"begun, ended"
    assert Counter(uploader.names())["paused.txt"] == 1


async def test_a_writer_that_opens_the_file_again_and_again(tmp_path: Path) -> None:
    uploader = FakeUploader()
    async with running_media(tmp_path, uploader) as media:
        writer = await _Writer.start(_REOPENING, media.dirs.root / "log.txt")
        await writer.finish()
        await media.finished(1)
    whole = b"".join(b"%02d " % part for part in range(20))
    assert [one.content for one in uploader.done] == [whole]


async def test_a_mapped_file_is_being_written(tmp_path: Path) -> None:
    uploader = FakeUploader()
    async with running_media(tmp_path, uploader) as media:
        writer = await _Writer.start(_MAPPED, media.dirs.root / "mapped.bin")
        await writer.finish()
        await media.finished(1)
    assert [one.content[:4] for one in uploader.done] == [b"late"]


async def test_a_temporary_name_waits_for_its_rename(tmp_path: Path) -> None:
    uploader = FakeUploader()
    async with running_media(tmp_path, uploader) as media:
        root = media.dirs.root
        for name in ("a.png.part", "b~", "c.tmp", "d.crdownload", ".e", "f.swp"):
            (root / name).write_bytes(b"half")
        media.put("other.txt")
        await media.finished(1)
        assert uploader.names() == ["other.txt"]
        (root / "a.png.part").rename(root / "a.txt")
        await media.finished(2)
    assert uploader.names() == ["other.txt", "a.txt"]
    assert media.left() == [".e", "b~", "c.tmp", "d.crdownload", "f.swp"]


async def test_a_folder_of_one_user(tmp_path: Path) -> None:
    uploader = FakeUploader()
    async with running_media(tmp_path, uploader, (1, 2)) as media:
        folder = media.dirs.root / "to-2"
        folder.mkdir()
        (folder / "first.txt").write_bytes(b"first")
        await media.finished(1)
        # The folder is watched by now; then it is another one of the same name.
        (folder / "second.txt").write_bytes(b"second")
        await media.finished(2)
        folder.rmdir()
        folder.mkdir()
        (folder / "third.txt").write_bytes(b"third")
        await media.finished(3)
    assert [(one.chat, one.name) for one in uploader.done] == [
        (2, "to-2/first.txt"),
        (2, "to-2/second.txt"),
        (2, "to-2/third.txt"),
    ]
    names = {path.name for path in (media.dirs.sent / "to-2").iterdir()}
    assert names == {"first.txt", "second.txt", "third.txt"}


async def test_a_second_name_of_a_file_is_sent_and_the_first_one_stays(
    tmp_path: Path,
) -> None:
    original = tmp_path / "report.txt"
    original.write_bytes(b"report")
    uploader = FakeUploader()
    async with running_media(tmp_path, uploader) as media:
        os.link(original, media.dirs.root / "a.txt")
        os.link(original, media.dirs.root / "b.txt")
        await media.finished(2)
        os.link(media.dirs.sent / "a.txt", media.dirs.root / "a.txt")
        await media.finished(3)
    assert uploader.names() == ["a.txt", "b.txt", "a.txt"]
    assert media.sent() == {"a.txt": b"report", "b.txt": b"report"}
    assert original.read_bytes() == b"report"


async def test_files_that_were_there_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "bot-0").mkdir()
    for number in range(5):
        (tmp_path / "bot-0" / f"{number}.txt").write_bytes(b"%d" % number)
    uploader = FakeUploader()
    async with running_media(tmp_path, uploader) as media:
        await media.finished(5)
    assert sorted(uploader.names()) == [f"{n}.txt" for n in range(5)]
    assert media.left() == []


async def test_what_is_no_file_is_left_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    uploader = FakeUploader()
    with socket.socket(socket.AF_UNIX) as listener:
        async with running_media(tmp_path, uploader) as media:
            root = media.dirs.root
            (root / "link").symlink_to(secret)
            (root / "dangling").symlink_to(tmp_path / "nowhere")
            os.mkfifo(root / "pipe")
            listener.bind(str(root / "socket"))
            (root / "folder").mkdir()
            (root / "folder" / "inner.txt").write_bytes(b"inner")
            for number in range(3):  # several looks, one line each
                media.put(f"{number}.txt")
                await media.finished(number + 1)
    assert uploader.names() == ["0.txt", "1.txt", "2.txt"]
    for name in ("link", "dangling", "pipe", "socket", "folder"):
        assert caplog.text.count(f"{name} is no regular file") == 1
    assert media.left() == ["dangling", "link", "pipe", "socket"]


async def test_the_same_name_twice(tmp_path: Path) -> None:
    uploader = FakeUploader()
    async with running_media(tmp_path, uploader) as media:
        media.put("a.txt", b"first")
        await media.finished(1)
        media.put("a.txt", b"second")
        await media.finished(2)
    assert [one.content for one in uploader.done] == [b"first", b"second"]
    assert media.sent() == {"a.txt": b"first", "a-1.txt": b"second"}


async def test_the_same_name_while_it_is_sent(tmp_path: Path) -> None:
    uploader = FakeUploader()
    hold = asyncio.Event()
    uploader.plan(hold)
    async with running_media(tmp_path, uploader) as media:
        media.put("a.txt", b"first")
        await uploader.until(lambda: bool(uploader.tries))
        media.put("a.txt", b"second")
        media.put("b.txt")
        hold.set()
        await media.finished(2)
    assert [one.content for one in uploader.done][-2:] == [b"content", b"second"]
    assert media.sent() == {"a.txt": b"second", "b.txt": b"content"}
    assert media.left() == []


async def test_a_burst_of_200_arrives_once_each(tmp_path: Path) -> None:
    uploader = FakeUploader()
    async with running_media(tmp_path, uploader, (1, 2)) as media:
        for number in range(200):
            (media.dirs.root / f"{number}.bin").write_bytes(b"%d" % number * 1_000)
        await media.finished(200)
    assert Counter((one.chat, one.name) for one in uploader.done) == Counter(
        (chat, f"{number}.bin") for number in range(200) for chat in (1, 2)
    )
    assert all(
        one.content == one.name.removesuffix(".bin").encode() * 1_000
        for one in uploader.done
    )
    assert len(media.sent()) == 200


async def test_the_directory_is_removed_and_comes_back(tmp_path: Path) -> None:
    uploader = FakeUploader()
    async with running_media(tmp_path, uploader) as media:
        media.put("a.txt")
        await media.finished(1)
        shutil.rmtree(media.dirs.root)
        media.dirs.root.mkdir()
        media.put("b.txt")
        await media.finished(2)
        shutil.rmtree(media.dirs.root)
        async with asyncio.timeout(10):
            while not media.dirs.failed.exists():  # noqa: ASYNC110 - made anew
                await asyncio.sleep(0.02)
        media.put("c.txt")
        await media.finished(3)
    assert uploader.names() == ["a.txt", "b.txt", "c.txt"]
    assert list(media.sent()) == ["c.txt"]


async def test_without_events_it_looks_by_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr("coderbot.worker.media.watcher.awatch", refuse)
    uploader = FakeUploader()
    async with running_media(tmp_path, uploader) as media:
        await asyncio.sleep(0)
        media.put("a.txt")
        await media.finished(1)
        media.put("b.txt")
        await media.finished(2)
    assert uploader.names() == ["a.txt", "b.txt"]
    assert "inotify watch limit reached" in caplog.text


async def test_an_empty_file_may_be_filled_later(tmp_path: Path) -> None:
    uploader = FakeUploader()
    async with running_media(tmp_path, uploader) as media:
        (media.dirs.root / "later.txt").touch()
        (media.dirs.root / "empty.txt").touch()
        media.put("other.txt")
        await media.finished_named("other.txt")
        (media.dirs.root / "later.txt").write_bytes(b"filled")
        await media.finished(3)
    assert media.sent() == {"later.txt": b"filled", "other.txt": b"content"}
    assert "0 bytes" in media.failed()["empty.txt.reason.txt"].decode()


async def test_after_a_stop_only_the_missing_recipient_gets_it(tmp_path: Path) -> None:
    uploader = FakeUploader()
    uploader.plan(asyncio.Event(), chat=2)
    async with running_media(tmp_path, uploader, (1, 2)) as media:
        media.put("a.txt")
        await uploader.until(lambda: uploader.names(1) == ["a.txt"])
        await uploader.until(lambda: (2, "a.txt") in uploader.tries)
    async with running_media(tmp_path, uploader, (1, 2)) as media:
        await media.finished(1)
    assert [one.chat for one in uploader.done] == [1, 2]
    assert media.left() == []


async def test_all_refuse(tmp_path: Path) -> None:
    uploader = FakeUploader()
    uploader.plan(UploadRefused("bot was blocked by the user"))
    async with running_media(tmp_path, uploader) as media:
        media.put("a.txt")
        await media.finished(1)
    assert "blocked" in media.failed()["a.txt.reason.txt"].decode()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell")
async def test_writers_with_and_without_leases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"content")
    for ask in (writers._ask_lease, lambda _: Writers.UNKNOWN):
        monkeypatch.setattr(writers, "_ask_lease", ask)
        assert writers_of(path) is Writers.NONE
        with path.open("rb"):
            assert writers_of(path) is Writers.NONE
        child = await _Writer.start(_PAUSED, path)
        assert writers_of(path) is Writers.SOME
        await child.finish()
        assert writers_of(path) is Writers.NONE
