"""Updates are begun in order, some at a time, and removed once their work is done."""

import asyncio
from collections.abc import Sequence

import pytest

from coderbot.cluster.streams import Entry
from coderbot.worker.replicas.consumer import Consumer
from coderbot.worker.replicas.slots import chat_of
from tests.fakes.autoclock import AutoClock


class ScriptedStream:
    """Gives what it was made with, and then nothing for ever."""

    def __init__(self, left: Sequence[str], fresh: Sequence[str]) -> None:
        self._left = [Entry(each, each.encode()) for each in left]
        self._fresh = [Entry(each, each.encode()) for each in fresh]
        self.removed: list[str] = []

    async def take_over(self) -> list[Entry]:
        return self._left

    async def read(self, count: int) -> list[Entry]:
        page, self._fresh = self._fresh[:count], self._fresh[count:]
        if not page:
            await asyncio.Event().wait()
        return page

    async def done(self, ids: Sequence[str]) -> None:
        self.removed += ids


class Handler:
    """Lets what it handles go on when a test says so."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, bool]] = []
        self.doors: dict[str, asyncio.Event] = {}

    async def handle(self, body: bytes, is_left: bool) -> None:
        name = body.decode()
        self.begun.append((name, is_left))
        self.doors[name] = asyncio.Event()
        await self.doors[name].wait()
        if name == "bad":
            raise ValueError(name)

    def open(self, *names: str) -> None:
        for name in names:
            self.doors[name].set()


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_few_at_a_time_in_order() -> None:
    stream, handler = ScriptedStream(["a"], ["b", "c", "d"]), Handler()
    consumer = Consumer(stream, handler.handle, 2, AutoClock())
    async with asyncio.TaskGroup() as group:
        group.create_task(consumer.run())
        await consumer.ready()
        await settle()
        assert handler.begun == [("a", True), ("b", False)]
        assert stream.removed == []
        handler.open("b")
        await settle()
        assert handler.begun[2:] == [("c", False)]
        assert stream.removed == ["b"]
        # What is under way when it stops is finished; the rest is left.
        consumer.stop()
        handler.open("a", "c")
    assert sorted(stream.removed) == ["a", "b", "c"]
    assert ("d", False) not in handler.begun


async def test_one_that_fails_holds_up_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stream, handler = ScriptedStream([], ["bad", "good"]), Handler()
    consumer = Consumer(stream, handler.handle, 1, AutoClock())
    async with asyncio.TaskGroup() as group:
        group.create_task(consumer.run())
        await settle()
        handler.open("bad")
        await settle()
        handler.open("good")
        await settle()
        consumer.stop()
    assert stream.removed == ["bad", "good"]
    assert "could not be handled" in caplog.text


@pytest.mark.parametrize(
    ("update", "chat"),
    [
        ({"update_id": 1, "message": {"chat": {"id": 7}}}, 7),
        ({"callback_query": {"from": {"id": 8}, "message": {"chat": {"id": -9}}}}, -9),
        ({"inline_query": {"from": {"id": 8}}}, 8),
        ({"update_id": 1}, 0),
        ({"message": {"chat": {"id": "7"}, "from": 3}}, 0),
        ({"message": None}, 0),
    ],
)
def test_the_chat_of_an_update(update: dict[str, object], chat: int) -> None:
    assert chat_of(update) == chat
