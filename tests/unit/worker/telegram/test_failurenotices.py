"""Who is told of files that failed, and how."""

import asyncio

import pytest

from coderbot.botprocess.tasks import Tasks
from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.job import Job
from coderbot.worker.telegram import filetexts
from coderbot.worker.telegram.failurenotices import FailureNotices, listeners
from tests.fakes.clock import FakeClock

ANNA, BEN, CLEO = 1, 2, 3


def _job(name: str = "a.txt", *recipients: int, refused: tuple[int, ...] = ()) -> Job:
    job = Job(1, FileId(name, 1, 1, 1), recipients=recipients)
    job.refused = dict.fromkeys(refused, "blocked")
    return job


@pytest.mark.parametrize(
    ("recipients", "refused", "told"),
    [
        ((ANNA, BEN), (), (ANNA, BEN)),  # too large, say
        ((ANNA, BEN), (BEN,), (ANNA,)),
        ((BEN,), (BEN,), (ANNA,)),
        ((ANNA,), (ANNA,), (BEN,)),
        ((), (), (ANNA,)),  # a folder of somebody unknown
        ((ANNA, BEN, CLEO), (ANNA, BEN, CLEO), ()),
    ],
)
def test_who_is_told(
    recipients: tuple[int, ...], refused: tuple[int, ...], told: tuple[int, ...]
) -> None:
    job = _job("a", *recipients, refused=refused)
    assert listeners(job, (ANNA, BEN, CLEO)) == told


class _Says:
    def __init__(self) -> None:
        self.said: list[tuple[int, str]] = []

    async def text(self, chat: int, text: str) -> None:
        self.said.append((chat, text))


async def test_what_fails_together_is_one_message() -> None:
    clock, outbox = FakeClock(), _Says()
    async with Tasks.open() as tasks:
        notices = FailureNotices(outbox, tasks, clock, (ANNA, BEN), "/media/failed")  # type: ignore[arg-type]
        for number in range(12):
            notices.add(_job(f"{number}.txt", ANNA, BEN, refused=(BEN,)))
        await clock.advance(2)
        async with asyncio.timeout(5):
            while not outbox.said:  # noqa: ASYNC110 - a fake that tells nobody
                await asyncio.sleep(0)
    ((chat, text),) = outbox.said
    assert chat == ANNA
    assert text.startswith("12 files could not be sent:\n0.txt: user 2: blocked\n")
    assert "and 2 more" in text
    assert "/media/failed" in text


def test_one_file() -> None:
    text = filetexts.failed([("a.txt", "too large")], "/f")
    assert text.startswith("A file could not be sent:\na.txt: too large\n")
