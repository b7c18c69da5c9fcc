"""A pipe that is read with pauses."""

import asyncio
import os

from coderbot.supervisor.source import Source


class Pipe:
    """A pipe whose reading end is a source, and what was heard."""

    def __init__(self, pause_s: float) -> None:
        reader, self.writer = os.pipe()
        self.heard: list[bytes] = []
        self.news = asyncio.Event()
        file = open(reader, "rb", buffering=0)  # noqa: SIM115, PTH123 - owned by it
        self.busy = False
        self.source = Source(file, self.hear, pause_s, lambda: self.busy)

    def hear(self, data: bytes) -> None:
        self.heard.append(data)
        self.news.set()

    async def next(self) -> bytes:
        async with asyncio.timeout(10):
            await self.news.wait()
        self.news.clear()
        return self.heard[-1]


async def test_what_comes_during_a_pause_is_heard_at_once_after_it() -> None:
    pipe = Pipe(0.05)
    os.write(pipe.writer, b"first")
    assert await pipe.next() == b"first"
    for _ in range(3):
        os.write(pipe.writer, b"more ")
        await asyncio.sleep(0)
    assert await pipe.next() == b"more more more "
    os.close(pipe.writer)
    assert await pipe.next() == b""


async def test_a_quiet_source_is_heard_again_after_its_pause() -> None:
    pipe = Pipe(0.001)
    for text in (b"a", b"b", b"c"):
        os.write(pipe.writer, text)
        assert await pipe.next() == text
        await asyncio.sleep(0.02)
    os.close(pipe.writer)
    assert await pipe.next() == b""


async def test_who_is_in_a_hurry_does_not_pause() -> None:
    pipe = Pipe(600)
    os.write(pipe.writer, b"a")
    await pipe.next()
    os.write(pipe.writer, b"last words")
    os.close(pipe.writer)
    pipe.source.hurry()
    async with asyncio.timeout(10):
        await pipe.source.ended.wait()
    assert pipe.heard == [b"a", b"last words", b""]


async def test_a_source_that_was_closed_in_a_pause_stays_closed() -> None:
    pipe = Pipe(0.01)
    os.write(pipe.writer, b"a")
    await pipe.next()
    pipe.source.close()
    pipe.source.hurry()
    os.close(pipe.writer)
    await asyncio.sleep(0.05)
    assert pipe.heard == [b"a", b""]


async def test_who_writes_much_waits_while_there_is_enough_to_do() -> None:
    pipe = Pipe(0.02)
    pipe.busy = True
    os.write(pipe.writer, b"x" * 40_000)
    await pipe.next()
    os.write(pipe.writer, b"later")
    await asyncio.sleep(0.1)
    assert not pipe.news.is_set()
    pipe.busy = False
    assert await pipe.next() == b"later"
    os.close(pipe.writer)
    assert await pipe.next() == b""


async def test_what_a_pausing_stream_has_comes_before_what_the_other_has() -> None:
    out, err = Pipe(600), Pipe(600)
    heard: list[bytes] = []
    out.heard = err.heard = heard
    out.source.other, err.source.other = err.source, out.source
    os.write(out.writer, b"out 1")
    await out.next()
    os.write(out.writer, b"out 2")
    os.write(err.writer, b"err")
    await err.next()
    assert heard == [b"out 1", b"out 2", b"err"]
    for pipe in (out, err):
        pipe.source.close()
        os.close(pipe.writer)
