"""Lines of other hosts among ours."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from coderbot.clock import SystemClock
from coderbot.cluster.mailbox import HostSilentError
from coderbot.cluster.session import Session
from coderbot.host import echo
from coderbot.host.echo import Echo
from coderbot.loglevel import Level
from coderbot.supervisor.lines import LogLine
from tests.fakes.waiting import until

BETA, GAMMA = Session("beta", "b1"), Session("gamma", "c1")


def line(seq: int, bot: str, wall: float) -> LogLine:
    return LogLine(seq, wall, 0.0, bot, 1, "out", Level.INFO, f"{bot} {seq}")


class Source:
    """Another host, and how often it was asked."""

    def __init__(self, *lines: LogLine) -> None:
        self.lines = list(lines)
        self.asked: list[tuple[int, int]] = []
        self.is_silent = False

    async def recent(self, bot: str | None, after: int, limit: int) -> list[LogLine]:
        self.asked.append((after, limit))
        if self.is_silent:
            raise HostSilentError("beta")
        return [each for each in self.lines if each.seq > after][-limit:]


class Book:
    """Takes lines as a logbook does."""

    def __init__(self) -> None:
        self.lines: list[LogLine] = []

    def take(self, lines: list[LogLine]) -> int:
        self.lines += lines
        return len(self.lines) - len(lines) + 1

    @property
    def texts(self) -> list[str]:
        return [each.text for each in self.lines]


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(echo, "_EVERY_S", 0.01)
    monkeypatch.setattr(echo, "_PATIENCE_S", 0.5)


@asynccontextmanager
async def running(sources: dict[Session, Source], book: Book) -> AsyncIterator[Echo]:
    bots = {BETA: {"bot-1"}, GAMMA: {"bot-2"}}
    found = Echo(
        lambda: {each: bots[each] for each in sources},
        lambda each: sources[each],
        book.take,
        SystemClock(),
    )
    async with asyncio.TaskGroup() as group:
        task = group.create_task(found.run())
        yield found
        task.cancel()


async def test_nothing_is_fetched_before_somebody_looks() -> None:
    source, book = Source(line(7, "bot-1", 1)), Book()
    async with running({BETA: source}, book) as found:
        await asyncio.sleep(0.05)
        assert source.asked == []
        async with found.watched():
            assert book.texts == ["bot-1 7"]
        count = len(source.asked)
        await asyncio.sleep(0.05)
        assert len(source.asked) <= count + 1


async def test_lines_come_once_and_in_the_order_of_time() -> None:
    beta = Source(line(5, "bot-1", 10), line(6, "parent", 11), line(7, "bot-1", 30))
    gamma, book = Source(line(900, "bot-2", 20)), Book()
    async with running({BETA: beta, GAMMA: gamma}, book) as found, found.watched():
        assert book.texts == ["bot-1 5", "bot-2 900", "bot-1 7"]
        # Its clock was set back; the order of a host stays nonetheless.
        beta.lines += [line(8, "bot-1", 12), line(9, "bot-1", 11)]
        await until(lambda: len(book.lines) == 5)
        assert book.texts[3:] == ["bot-1 8", "bot-1 9"]
        numbering = found.numbering("beta")
        assert numbering is not None
        assert [numbering.to_here(each) for each in (5, 7, 8, 9)] == [1, 3, 4, 5]
        assert beta.asked[-1][0] in (7, 9)


async def test_a_silent_host_holds_nobody_up() -> None:
    beta, gamma, book = Source(), Source(line(900, "bot-2", 20)), Book()
    beta.is_silent = True
    async with running({BETA: beta, GAMMA: gamma}, book) as found, found.watched():
        assert book.texts == ["bot-2 900"]
        assert found.numbering("beta") is None
        beta.is_silent = False
        beta.lines.append(line(1, "bot-1", 5))
        await until(lambda: "bot-1 1" in book.texts)
