"""Streams of updates on a real Redis."""

import asyncio
from typing import Any, cast

import pytest
import redis

from coderbot.cluster import streams
from coderbot.cluster.away import ClusterError
from coderbot.cluster.seal import Sealer
from coderbot.cluster.shared import Shared
from coderbot.cluster.streams import StreamReader, SupersededError
from coderbot.redact import Secret
from coderbot.worker.replicas.slots import slot_of
from tests.fakes.cluster import KEY
from tests.fakes.redis import RedisServer, needs_redis
from tests.fakes.shared import cluster_on

BOT = 7_000_001
STREAM = f"{{coderbot}}:stream:{BOT}"
SEALER = Sealer(Secret(KEY))


def entry_of(client: "redis.Redis", stream: str) -> tuple[bytes, dict[Any, Any]]:
    ((number, fields),) = cast(Any, client.xrange(stream))
    return number, fields


@needs_redis
async def test_each_slot_gets_its_own_in_order(server: RedisServer) -> None:
    async with Shared.open(cluster_on(server), BOT) as shared:
        writer = shared.writer(2)
        await writer.begin()
        assert await writer.write([(0, b"a"), (1, b"b"), (0, b"c")])
        assert await writer.write([(0, b"d")])
        first, second = shared.reader(0), shared.reader(1)
        assert await first.take_over() == []
        assert await second.take_over() == []
        got = await first.read(10)
        assert [each.body for each in got] == [b"a", b"c", b"d"]
        assert [each.body for each in await second.read(10)] == [b"b"]
        await first.done([each.id for each in got])
        assert server.client().xlen(f"{STREAM}:0") == 0
        assert server.client().xlen(f"{STREAM}:1") == 1


@needs_redis
async def test_a_successor_gets_what_is_not_done(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "_PAGE", 3)
    async with Shared.open(cluster_on(server), BOT) as shared:
        writer = shared.writer(1)
        await writer.begin()
        await writer.write([(0, b"%d" % number) for number in range(12)])
        dead = shared.reader(0)
        await dead.take_over()
        got = await dead.read(10)
        await dead.done([got[4].id])
        heir = shared.reader(0)
        left = await heir.take_over()
        assert [int(each.body) for each in left] == [0, 1, 2, 3, 5, 6, 7, 8, 9]
        assert [int(each.body) for each in await heir.read(10)] == [10, 11]
        (consumer,) = server.client().xinfo_consumers(f"{STREAM}:0", "workers")
        assert consumer["pending"] == 11
        # What the dead one says after all changes nothing for others.
        await dead.done([got[0].id])
        assert [int(each.body) for each in await shared.reader(0).take_over()][:3] == [
            1,
            2,
            3,
        ]


@needs_redis
async def test_what_is_forged_or_replayed_is_told_and_removed(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    client = server.client()
    async with (
        Shared.open(cluster_on(server), BOT) as shared,
        Shared.open(cluster_on(server, key="Another" * 9), BOT) as stranger,
    ):
        writer, reader = shared.writer(2), shared.reader(0)
        await writer.begin()
        await writer.write([(0, b"true"), (1, b"for another")])
        number, fields = entry_of(client, f"{STREAM}:0")
        _, others = entry_of(client, f"{STREAM}:1")
        await reader.take_over()
        assert [each.body for each in await reader.read(10)] == [b"true"]
        await reader.done([number.decode()])
        # The same again, at a number of its own, in another stream, unsealed.
        client.xadd(f"{STREAM}:0", fields)
        client.xadd(f"{STREAM}:0", others)
        client.xadd(f"{STREAM}:0", {b"e": b"rm -rf /"})
        client.xadd(f"{STREAM}:0", {b"x": b"y"})
        forger = stranger.writer(2)
        await forger.begin()
        await forger.write([(0, b"forged")])
        assert await reader.read(10) == []
        assert caplog.text.count("it is ignored") == 5
        assert client.xlen(f"{STREAM}:0") == 0
        # With a number beyond ours a stranger can stop our writer, which begins anew.
        with pytest.raises(SupersededError):
            await writer.write([(0, b"more")])
        await writer.begin()
        assert await writer.write([(0, b"more")])
        assert [each.body for each in await reader.read(10)] == [b"more"]
        # The whole stream again, as it was.
        client.delete(f"{STREAM}:0")
        client.xadd(f"{STREAM}:0", fields, id=number)
        assert await reader.read(10) == []
        assert await reader.read(10) == []
        assert "was there before" in caplog.text


@needs_redis
async def test_of_two_writers_the_later_one_writes(server: RedisServer) -> None:
    async with Shared.open(cluster_on(server), BOT) as shared:
        old, new = shared.writer(2), shared.writer(2)
        await old.begin()
        await old.write([(0, b"a")])
        await new.begin()
        await new.write([(0, b"b")])
        with pytest.raises(SupersededError):
            await old.write([(0, b"c")])
        # After a flush, too, what is new comes behind what was seen.
        reader = shared.reader(0)
        await reader.take_over()
        assert len(await reader.read(10)) == 2
        server.client().flushall()
        await new.write([(0, b"d")])
        assert await reader.read(10) == []
        assert [each.body for each in await reader.read(10)] == [b"d"]
        newest = shared.writer(2)
        await newest.begin()
        await newest.write([(0, b"e")])
        assert [each.body for each in await reader.read(10)] == [b"e"]


@needs_redis
async def test_a_full_stream_takes_nothing(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "MAX_BACKLOG", 3)
    async with Shared.open(cluster_on(server), BOT) as shared:
        writer = shared.writer(2)
        await writer.begin()
        assert await writer.write([(0, b"a")] * 3)
        assert not await writer.write([(1, b"b"), (0, b"c")])
        assert server.client().xlen(f"{STREAM}:1") == 0
        assert await writer.write([(1, b"b")])


@needs_redis
async def test_what_an_answer_held_that_never_came_is_read_again(
    server: RedisServer,
) -> None:
    async with Shared.open(cluster_on(server), BOT) as shared:
        writer = shared.writer(1)
        await writer.begin()
        await writer.write([(0, b"a")])
        impatient = cluster_on(server).connect(answer_s=0.3)
        reader = StreamReader(impatient, SEALER, f"{STREAM}:0", "reader")
        async with impatient:
            await reader.take_over()
            (first,) = await reader.read(10)
            await writer.write([(0, b"b"), (0, b"c")])
            server.pause()
            with pytest.raises(ClusterError):
                await reader.read(1)
            # It carries out what it was asked, and has nobody to tell it to.
            server.resume()
            await _until_pending(server, 2)
            again = await reader.read(10)
            await reader.done([first.id, *(each.id for each in again)])
            assert [each.body for each in again] == [b"b"]
            assert [each.body for each in await reader.read(10)] == [b"c"]
            await writer.write([(0, b"d")])
            assert [each.body for each in await reader.read(10)] == [b"d"]


async def _until_pending(server: RedisServer, count: int) -> None:
    async with asyncio.timeout(10):
        while True:
            (consumer,) = server.client().xinfo_consumers(f"{STREAM}:0", "workers")
            if consumer["pending"] == count:
                return
            await asyncio.sleep(0.01)


@needs_redis
async def test_a_lost_redis_is_told(server: RedisServer) -> None:
    async with Shared.open(cluster_on(server), BOT) as shared:
        writer, reader = shared.writer(1), shared.reader(0)
        await writer.begin()
        await reader.take_over()
        server.kill()
        with pytest.raises(ClusterError):
            await writer.write([(0, b"a")])
        with pytest.raises(ClusterError):
            await reader.read(1)


def test_chats_spread_evenly_and_few_move() -> None:
    chats = range(1_000_000, 1_004_000)
    four = [slot_of(chat, 4) for chat in chats]
    assert all(900 < four.count(slot) < 1_100 for slot in range(4))
    five = [slot_of(chat, 5) for chat in chats]
    moved = [after for before, after in zip(four, five, strict=True) if before != after]
    assert set(moved) == {4}
    assert 700 < len(moved) < 900
    assert {slot_of(chat, 1) for chat in chats} == {0}
    # The same on every host and in every version: open terminals depend on it.
    assert [slot_of(chat, 4) for chat in (1001, 1002, 1003, -100)] == [3, 3, 1, 3]
