"""The lines of the fleet in memory."""

import logging
import threading
from typing import Any

import pytest

from coderbot.loglevel import Level
from coderbot.redact import Redactor, Secret
from coderbot.supervisor.lines import PARENT
from coderbot.supervisor.logbook import Logbook
from coderbot.supervisor.loghandler import logging_to
from tests.fakes.clock import FakeClock

BOTS = ("bot-0", "bot-1")


class Book:
    """A logbook and what it has told."""

    def __init__(self, **limits: Any) -> None:
        self.clock = FakeClock()
        self.told: list[int] = []
        redactor = Redactor([Secret("hunter2-password")])
        self.book = Logbook(BOTS, redactor, self.clock, self.told.append, **limits)

    def add(self, bot: str, *texts: str, run: int = 1) -> None:
        self.book.add(bot, run, "out", [Level.INFO] * len(texts), texts)

    def texts(
        self, bot: str | None = None, after: int = 0, limit: int = 10_000
    ) -> list[str]:
        return [line.text for line in self.book.lines(bot, after, limit)]


@pytest.fixture
def book() -> Book:
    return Book()


def test_numbers_run_over_all_bots_without_gaps(book: Book) -> None:
    book.add("bot-0", "a", "b")
    book.add("bot-1", "c")
    book.book.say(PARENT, Level.ERROR, "d\ne")
    book.add("bot-0")
    lines = book.book.lines(None, 0, 100)
    assert [(line.seq, line.bot, line.text) for line in lines] == [
        (1, "bot-0", "a"),
        (2, "bot-0", "b"),
        (3, "bot-1", "c"),
        (4, PARENT, "d"),
        (5, PARENT, "e"),
    ]
    assert book.told == [2, 3, 5]
    assert book.book.last_seq == 5


def test_a_line_knows_when_and_whence(book: Book) -> None:
    book.book.add("bot-1", 3, "err", [Level.ERROR], ["x"])
    (line,) = book.book.lines("bot-1", 0, 1)
    assert (line.run, line.stream, line.level) == (3, "err", Level.ERROR)
    assert line.wall == book.clock.now().timestamp()
    assert line.mono == book.clock.monotonic()


def test_the_newest_lines_after_a_number(book: Book) -> None:
    for number in range(1, 7):
        book.add(f"bot-{number % 2}", f"{number}")
    assert book.texts(after=2, limit=3) == ["4", "5", "6"]
    assert book.texts(after=4) == ["5", "6"]
    assert book.texts("bot-0", after=2) == ["4", "6"]
    assert book.texts("bot-0", limit=1) == ["6"]
    assert book.texts(after=6) == []
    assert book.texts(limit=0) == []


def test_a_flood_drives_out_its_own_lines_only() -> None:
    book = Book(max_lines=10)
    book.add("bot-1", "kept")
    book.add("bot-0", *map(str, range(100)))
    assert book.texts("bot-1") == ["kept"]
    assert book.texts("bot-0") == [str(number) for number in range(90, 100)]
    assert book.book.counts()["bot-0"][1] == 90
    assert book.book.counts()["bot-1"][1] == 0
    assert book.texts()[0] == "kept"


def test_long_lines_are_bounded_by_their_size() -> None:
    book = Book(max_chars=1_000)
    book.add("bot-0", *["x" * 400] * 5)
    assert len(book.texts("bot-0")) == 2
    assert book.book.counts()["bot-0"][1] == 3


def test_twenty_thousand_lines_at_once_are_kept(book: Book) -> None:
    book.add("bot-0", *map(str, range(20_000)))
    assert len(book.texts("bot-0", limit=100_000)) == 20_000


def test_what_the_supervisor_says_bears_no_secret(book: Book) -> None:
    book.book.say("bot-0", Level.INFO, "with hunter2-password", run=2)
    (line,) = book.book.lines(None, 0, 1)
    assert (line.text, line.stream, line.run) == ("with [secret]", "sup", 2)


async def test_records_of_the_parent_are_its_lines(book: Book) -> None:
    logger = logging.getLogger("coderbot.somewhere")
    with logging_to(book.book):
        logger.debug("not this")
        logger.info("info %d", 1)
        logger.warning("with hunter2-password")
        try:
            raise ValueError("hunter2-password")
        except ValueError:
            logger.exception("failed")
        logging.getLogger("other").info("not ours")
    logger.warning("too late")
    lines = book.book.lines(PARENT, 0, 100)
    assert [line.text for line in lines[:2]] == ["info 1", "with [secret]"]
    assert [line.level for line in lines[:3]] == [
        Level.INFO,
        Level.WARNING,
        Level.ERROR,
    ]
    assert lines[0].prefixed == "[Parent] info 1"
    assert lines[-1].text == "ValueError: [secret]"
    assert "too late" not in book.texts()


async def test_records_of_threads_are_taken_over_by_the_loop(book: Book) -> None:
    with logging_to(book.book):
        thread = threading.Thread(target=logging.getLogger("coderbot").info, args="x")
        thread.start()
        thread.join()
        assert book.texts() == []
        await book.clock.settle()
        assert book.texts() == ["x"]


def test_lines_of_other_hosts_are_apart_and_in_order(book: Book) -> None:
    book.add("bot-0", "ours")
    theirs = Book()
    theirs.add("bot-1", "far", "away")
    assert book.book.echo(theirs.book.lines(None, 0, 10)) == 2
    book.add("bot-0", "ours again")
    assert book.texts() == ["ours", "ours again"]
    assert book.texts("bot-1") == []
    everything = book.book.lines(None, 0, 10, echoes=True)
    assert [(line.seq, line.text) for line in everything] == [
        (1, "ours"),
        (2, "far"),
        (3, "away"),
        (4, "ours again"),
    ]
    assert [line.text for line in book.book.lines("bot-1", 2, 10, echoes=True)] == [
        "away"
    ]
    assert book.told == [1, 3, 4]
    assert [len(block.texts) for block in book.book.blocks(0)] == [1, 1]


def test_numbers_of_other_hosts_lines_are_counted(book: Book) -> None:
    theirs = Book()
    theirs.add("bot-1", "a", "b", "c")
    book.book.echo(theirs.book.lines(None, 0, 10))
    assert book.book.echoed(0, 4) == 3
    assert book.book.echoed(1, 3) == 1
    assert book.book.echoed(3, 9) == 0
