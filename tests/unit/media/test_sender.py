"""Who gets a file, how often it is tried, and where it ends up."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from coderbot.clock import Clock
from coderbot.paths import MediaDirs
from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.job import Job
from coderbot.worker.media.journal import Journal
from coderbot.worker.media.putaway import PutAway
from coderbot.worker.media.sender import Sender
from coderbot.worker.media.upload import UploadDelayed, UploadFailed, UploadRefused
from tests.fakes.autoclock import AutoClock
from tests.fakes.clock import FakeClock
from tests.fakes.uploader import FakeUploader

ANNA, BEN = 1, 2
_MAX_BYTES = 1_000
_BLOCKED = UploadRefused("bot was blocked by the user")


class Bench:
    """A sender by itself: files are submitted by hand."""

    def __init__(self, place: Path) -> None:
        self.dirs = MediaDirs.of(place, 0)
        self.dirs.make()
        self.journal = Journal(place / "journal")
        self.clock = AutoClock()
        self.uploader = FakeUploader()
        self.ended: list[Job] = []
        self.max_bytes = _MAX_BYTES

    def put(self, name: str, content: bytes = b"content") -> FileId:
        path = self.dirs.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        file = FileId.of(self.dirs.root, name)
        assert file is not None
        return file

    @asynccontextmanager
    async def running(
        self, recipients: tuple[int, ...] = (ANNA, BEN), clock: Clock | None = None
    ) -> AsyncIterator[Sender]:
        root, failed = self.dirs.root, self.dirs.failed
        present = [FileId.of(root, path.name) for path in root.iterdir()]
        present += [FileId.of(failed, path.name) for path in failed.iterdir()]
        self.journal.open(file for file in present if file)
        sender = Sender(
            self.dirs,
            recipients,
            self.uploader,
            self.journal,
            PutAway(self.dirs, clock or self.clock, self.ended.append, lambda: 1.0),
            clock or self.clock,
            self.max_bytes,
            random=lambda: 1.0,
        )
        async with asyncio.TaskGroup() as group:
            task = group.create_task(sender.run())
            try:
                yield sender
            finally:
                task.cancel()
        self.journal.close()

    async def send(self, *files: FileId, recipients: tuple[int, ...] = (1, 2)) -> None:
        """Send files and wait until all are put away."""
        async with self.running(recipients) as sender:
            for file in files:
                sender.submit(file)
            await until(lambda: not sender.pending)

    def sent(self) -> list[str]:
        return sorted(p.name for p in self.dirs.sent.iterdir() if p.is_file())

    def failed(self) -> dict[str, str]:
        return {p.name: p.read_text() for p in self.dirs.failed.iterdir()}


async def until(condition: Callable[[], bool]) -> None:
    """Wait until `condition` holds."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - several things can change it
            await asyncio.sleep(0.001)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_every_recipient_gets_it_and_it_moves(bench: Bench) -> None:
    await bench.send(bench.put("a.txt"))
    assert {(one.chat, one.content) for one in bench.uploader.done} == {
        (ANNA, b"content"),
        (BEN, b"content"),
    }
    assert bench.sent() == ["a.txt"]
    (job,) = bench.ended
    assert (job.file.name, job.delivered, job.is_done) == ("a.txt", {ANNA, BEN}, True)


async def test_twice_the_same_recipient_gets_it_once(bench: Bench) -> None:
    await bench.send(bench.put("a.txt"), recipients=(ANNA, ANNA))
    assert bench.uploader.names() == ["a.txt"]


async def test_network_failures_are_tried_again(bench: Bench) -> None:
    began_s = bench.clock.time_s
    bench.uploader.plan(*[UploadFailed("no route")] * 3, chat=ANNA)
    await bench.send(bench.put("a.txt"))
    assert bench.uploader.names(ANNA) == ["a.txt"]
    assert bench.uploader.tries.count((ANNA, "a.txt")) == 4
    assert bench.clock.time_s - began_s >= 1 + 2 + 4
    assert bench.sent() == ["a.txt"]


async def test_429_is_obeyed(bench: Bench) -> None:
    began = bench.clock.time_s
    bench.uploader.plan(UploadDelayed(200), chat=ANNA)
    await bench.send(bench.put("a.txt"), recipients=(ANNA,))
    assert bench.uploader.names() == ["a.txt"]
    assert bench.clock.time_s - began >= 200


async def test_429_pauses_all_files_of_that_chat_and_keeps_their_order(
    bench: Bench,
) -> None:
    bench.uploader.plan(UploadDelayed(5), UploadDelayed(5), chat=ANNA)
    names = [f"{number}.txt" for number in range(25)]
    await bench.send(*(bench.put(name) for name in names), recipients=(ANNA,))
    assert bench.uploader.names() == names
    assert [len(each) for each in bench.uploader.albums] == [10, 10, 10, 10, 5]


async def test_who_refuses_is_named_and_only_they_get_it_again(bench: Bench) -> None:
    bench.uploader.plan(_BLOCKED, chat=BEN)
    file = bench.put("a.txt")
    await bench.send(file)
    assert bench.sent() == []
    assert bench.failed()["a.txt.reason.txt"].splitlines() == [
        f"user {BEN}: bot was blocked by the user",
        f"user {ANNA} has it",
    ]
    (bench.dirs.failed / "a.txt").rename(bench.dirs.root / "a.txt")
    await bench.send(file)
    assert [one.chat for one in bench.uploader.done] == [ANNA, BEN]
    assert bench.sent() == ["a.txt"]


async def test_all_refuse(bench: Bench) -> None:
    bench.uploader.plan(_BLOCKED, chat=ANNA)
    bench.uploader.plan(UploadRefused("chat not found"), chat=BEN)
    await bench.send(bench.put("a.txt"))
    assert bench.sent() == []
    reason = bench.failed()["a.txt.reason.txt"]
    assert "user 1: bot was blocked by the user" in reason
    assert "user 2: chat not found" in reason
    assert bench.failed()["a.txt"] == "content"
    assert not bench.ended[0].is_done


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "0 bytes"), (b"x" * 1_001, "1,001 bytes; Telegram takes at most 1,000")],
)
async def test_unfit_files_are_never_uploaded(
    bench: Bench, content: bytes, words: str
) -> None:
    await bench.send(bench.put("a.txt", content))
    assert bench.uploader.tries == []
    assert words in bench.failed()["a.txt.reason.txt"]
    assert words in bench.ended[0].reason()


async def test_a_crash_between_recipients_sends_only_what_is_missing(
    bench: Bench,
) -> None:
    file = bench.put("a.txt")
    never = asyncio.Event()
    bench.uploader.plan(never, chat=BEN)
    async with bench.running() as sender:
        sender.submit(file)
        await until(lambda: len(bench.uploader.tries) == 2)
        await until(lambda: ANNA in bench.journal.chats(file))
    assert bench.uploader.names() == ["a.txt"]
    assert bench.sent() == []
    bench.journal = Journal(bench.dirs.root.parent / "journal")
    await bench.send(file)
    assert [one.chat for one in bench.uploader.done] == [ANNA, BEN]
    assert bench.sent() == ["a.txt"]


async def test_a_crash_before_the_move_only_moves(bench: Bench) -> None:
    file = bench.put("a.txt")
    bench.journal.open([file])
    for chat in (ANNA, BEN):
        bench.journal.record(file, chat)
    bench.journal.close()
    await bench.send(file)
    assert bench.uploader.tries == []
    assert bench.sent() == ["a.txt"]


async def test_a_file_brought_back_from_sent_is_sent_again(bench: Bench) -> None:
    file = bench.put("a.txt")
    await bench.send(file)
    (bench.dirs.sent / "a.txt").rename(bench.dirs.root / "a.txt")
    await bench.send(file)
    assert bench.uploader.names(ANNA) == ["a.txt", "a.txt"]


async def test_a_slow_recipient_holds_up_nobody_else(bench: Bench) -> None:
    stuck = asyncio.Event()
    bench.uploader.plan(stuck, stuck, chat=BEN)
    async with bench.running() as sender:
        for number in range(10):
            sender.submit(bench.put(f"{number}.txt"))
        await until(lambda: len(bench.uploader.names(ANNA)) == 10)
        assert bench.uploader.names(BEN) == []
        stuck.set()
        await until(lambda: not sender.pending)
    assert len(bench.sent()) == 10


async def test_a_bulky_file_holds_up_no_small_one(bench: Bench) -> None:
    stuck = asyncio.Event()
    bench.max_bytes = 20_000_000
    bench.uploader.plan(stuck, name="0.txt")
    async with bench.running((ANNA,)) as sender:
        sender.submit(bench.put("0.txt", bytes(10_000_000)))
        for number in range(1, 10):
            sender.submit(bench.put(f"{number}.txt"))
        await until(lambda: sender.pending == 1)
        assert "0.txt" not in bench.uploader.names()
        stuck.set()
        await until(lambda: not sender.pending)
    assert len(bench.sent()) == 10


async def test_small_files_keep_their_order(bench: Bench) -> None:
    stuck = asyncio.Event()
    bench.uploader.plan(stuck, name="0.txt")
    names = [f"{number}.txt" for number in range(10)]
    async with bench.running((ANNA,)) as sender:
        for name in names:
            sender.submit(bench.put(name))
            await until(lambda: bool(bench.uploader.tries))
        stuck.set()
        await until(lambda: not sender.pending)
    assert bench.uploader.names() == names
    assert [len(each) for each in bench.uploader.albums] == [1, 9]


async def test_what_shares_no_album_goes_alone_and_in_order(bench: Bench) -> None:
    names = ("1.txt", "2.txt", "3.mp3", "4.ogg", "5.mp3", "6.mp3", "7.mkv", "8.txt")
    await bench.send(*(bench.put(name) for name in names), recipients=(ANNA,))
    assert bench.uploader.albums == [
        ("1.txt", "2.txt"),
        ("3.mp3",),
        ("4.ogg",),
        ("5.mp3", "6.mp3"),
        ("7.mkv",),
        ("8.txt",),
    ]


async def test_an_album_that_is_refused_goes_file_by_file(bench: Bench) -> None:
    bench.uploader.plan(UploadRefused("wrong"), UploadRefused("wrong"), name="1.txt")
    names = [f"{number}.txt" for number in range(3)]
    await bench.send(*(bench.put(name) for name in names), recipients=(ANNA,))
    assert bench.uploader.names() == ["0.txt", "2.txt"]
    assert bench.sent() == ["0.txt", "2.txt"]
    assert "wrong" in bench.failed()["1.txt.reason.txt"]


async def test_an_album_is_no_larger_than_can_be_sent_anew(bench: Bench) -> None:
    bench.max_bytes = 20_000_000
    for name in ("1.txt", "2.txt", "3.txt"):
        bench.put(name, bytes(8_000_000))
    files = [FileId.of(bench.dirs.root, f"{n}.txt") for n in (1, 2, 3)]
    await bench.send(*(f for f in files if f), recipients=(ANNA,))
    assert bench.uploader.albums == [("1.txt", "2.txt"), ("3.txt",)]


async def test_what_comes_while_a_chat_takes_nothing_goes_along(bench: Bench) -> None:
    bench.uploader.pauses[ANNA] = 1.0
    names = [f"{number}.txt" for number in range(10)]
    async with bench.running((ANNA,)) as sender:
        for name in names:
            sender.submit(bench.put(name))
        await until(lambda: len(bench.clock.sleeps) > 20)
        assert bench.uploader.tries == []
        bench.uploader.pauses.clear()
        await until(lambda: not sender.pending)
    assert bench.uploader.albums == [tuple(names)]


async def test_a_folder_reaches_its_user_alone(bench: Bench) -> None:
    await bench.send(bench.put(f"to-{BEN}/a.txt"), bench.put("to-7/b.txt"))
    assert [(one.chat, one.name) for one in bench.uploader.done] == [
        (BEN, f"to-{BEN}/a.txt")
    ]
    assert (bench.dirs.sent / f"to-{BEN}" / "a.txt").read_bytes() == b"content"
    reason = (bench.dirs.failed / "to-7" / "b.txt.reason.txt").read_text()
    assert "to-7/ is not among ALLOWED_USER_IDS" in reason


async def test_captions(bench: Bench) -> None:
    bench.put("a.txt.caption.txt", b"What it is\x1b\nand why\n")
    await bench.send(bench.put("a.txt"), recipients=(ANNA,))
    await bench.send(bench.put(f"to-{ANNA}/b.txt", b"x" * 999), recipients=(ANNA,))
    captions = [one.caption for one in bench.uploader.done]
    assert captions == ["What it is\ufffd\nand why", "b.txt · 999 B"]
    assert bench.sent() == ["a.txt", "a.txt.caption.txt"]
    assert list(bench.dirs.root.glob("*.txt")) == []


async def test_a_file_that_always_fails_holds_up_no_other_file(bench: Bench) -> None:
    clock = FakeClock()
    bench.uploader.plan(*[UploadFailed("500")] * 100, name="0.txt")
    async with bench.running((ANNA,), clock) as sender:
        for number in range(10):
            sender.submit(bench.put(f"{number}.txt"))
        began_s = clock.monotonic()
        async with asyncio.timeout(10):
            while sender.pending > 1:
                await clock.advance(0.5)
                await asyncio.sleep(0.002)
    assert clock.monotonic() - began_s < 60  # ten failures in a row take minutes
    assert sorted(bench.uploader.names()) == [
        f"{number}.txt" for number in range(1, 10)
    ]
    assert (bench.dirs.root / "0.txt").exists()


async def test_after_an_outage_files_go_in_their_order(bench: Bench) -> None:
    bench.uploader.plan(*[UploadFailed("no route")] * 30)
    names = [f"{number}.txt" for number in range(10)]
    await bench.send(*(bench.put(name) for name in names), recipients=(ANNA,))
    # The two that go at the end of the outage are whichever are due.
    later = [name for name in names if name in bench.uploader.names()[2:]]
    assert bench.uploader.names()[2:] == later
    assert sorted(bench.uploader.names()) == names


async def test_an_outage_does_not_flood_the_log(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.uploader.plan(*[UploadFailed("no route")] * 100)
    await bench.send(bench.put("a.txt"), recipients=(ANNA,))
    assert caplog.text.count("Cannot send a.txt") == 3 + 5


async def test_uploads_are_bounded(bench: Bench) -> None:
    bench.uploader.plan(*[asyncio.Event() for _ in range(50)])
    async with bench.running(tuple(range(10, 20))) as sender:
        for number in range(5):
            sender.submit(bench.put(f"{number}.txt"))
        await until(lambda: bench.uploader.running == 6)
        await asyncio.sleep(0.02)
        assert bench.uploader.most_running == 6
    assert bench.uploader.running == 0


async def test_a_file_changed_during_its_upload_is_not_put_away(bench: Bench) -> None:
    file = bench.put("a.txt")

    def change() -> None:
        bench.put("a.txt", b"another content")

    bench.uploader.plan(change, chat=ANNA)
    await bench.send(file, recipients=(ANNA,))
    assert bench.sent() == []
    assert bench.ended == []
    new = FileId.of(bench.dirs.root, "a.txt")
    assert new is not None
    await bench.send(new, recipients=(ANNA,))
    assert bench.uploader.done[-1].content == b"another content"
    assert bench.sent() == ["a.txt"]


async def test_a_file_that_is_opened_again_is_not_put_away(bench: Bench) -> None:
    file = bench.put("a.txt")
    with (bench.dirs.root / "a.txt").open("ab") as writer:
        async with bench.running((ANNA,)) as sender:
            sender.submit(file)
            await until(lambda: bench.uploader.names() == ["a.txt"])
            await until(lambda: 0.25 in bench.clock.sleeps)
            assert bench.sent() == []
            writer.write(b" more")
            writer.flush()
            await until(lambda: not sender.pending)
    assert bench.sent() == []
    assert (bench.dirs.root / "a.txt").read_bytes() == b"content more"


async def test_a_removed_file_is_let_go(bench: Bench) -> None:
    file = bench.put("a.txt")
    (bench.dirs.root / "a.txt").unlink()
    await bench.send(file)
    assert bench.uploader.tries == []
    assert bench.ended == []


async def test_a_link_in_its_place_is_not_followed(bench: Bench) -> None:
    file = bench.put("a.txt")
    secret = bench.dirs.root.parent / "secret"
    (bench.dirs.root / "a.txt").rename(secret)
    (bench.dirs.root / "a.txt").symlink_to(secret)
    await bench.send(file)
    assert bench.uploader.tries == []
    assert bench.sent() == []


async def test_a_move_that_fails_is_tried_again_without_sending_again(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.dirs.sent.rmdir()
    bench.dirs.sent.write_bytes(b"in the way")
    async with bench.running((ANNA,)) as sender:
        sender.submit(bench.put("a.txt"))
        await until(lambda: "Cannot move a.txt to sent/" in caplog.text)
        assert sender.pending == 1
        bench.dirs.sent.unlink()
        await until(lambda: not sender.pending)
    assert bench.sent() == ["a.txt"]
    assert bench.uploader.names() == ["a.txt"]


async def test_a_fault_of_the_uploader_stops_nothing_else(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.uploader.plan(ZeroDivisionError("a fault"), name="a.txt")
    await bench.send(bench.put("a.txt"), bench.put("b.txt"), recipients=(ANNA,))
    assert sorted(bench.uploader.names()) == ["a.txt", "b.txt"]
    assert "Fault while sending a.txt" in caplog.text


async def test_hostile_names_reach_logs_and_captions_harmless(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    name = os.fsdecode(b"x\n[Parent] forged \xff\xe2\x80\xae.txt")
    await bench.send(bench.put(name), recipients=(ANNA,))
    assert bench.sent() == [name]
    assert (
        bench.uploader.done[0].caption
        == "x\ufffd[Parent] forged \ufffd\ufffd.txt · 7 B"
    )
    assert all("\n" not in record.getMessage() for record in caplog.records)


async def test_what_was_sent_stays_private(bench: Bench) -> None:
    bench.uploader.plan(_BLOCKED, chat=ANNA)
    await bench.send(bench.put("a.txt"), recipients=(ANNA,))
    reason = bench.dirs.failed / "a.txt.reason.txt"
    assert stat.S_IMODE(reason.stat().st_mode) == 0o600
