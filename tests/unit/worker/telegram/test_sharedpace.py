# ruff: noqa: F811 - a fixture is used by its name
"""Replicas share the rate of their bot through a real Redis."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from coderbot.botprocess.telegram.pace import Bucket
from coderbot.clock import SystemClock
from coderbot.cluster.shared import Shared
from coderbot.worker.telegram.sharedpace import SharedPace
from tests.fakes.redis import RedisServer, needs_redis
from tests.fakes.shared import cluster_on, server  # noqa: F401

BOT = 7_000_001
PER_S = 50

pytestmark = needs_redis


async def sends(pace: SharedPace, seconds: float) -> int:
    """Send as much as the pace lets, for so long; returns how much that was."""
    clock, sent = SystemClock(), 0
    end = clock.monotonic() + seconds
    while (now := clock.monotonic()) < end:
        wait_s = pace.wait_s(now)
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        else:
            pace.take(now)
            sent += 1
    return sent


async def paces(stack: AsyncExitStack, server: RedisServer) -> list[SharedPace]:
    clock = SystemClock()
    group = await stack.enter_async_context(asyncio.TaskGroup())
    made = []
    for _ in range(4):
        shared = await stack.enter_async_context(Shared.open(cluster_on(server), BOT))
        rate = Bucket.full(PER_S, PER_S, clock.monotonic())
        pace = SharedPace(shared.budget, rate, 4, clock)
        stack.callback(group.create_task(pace.run()).cancel)
        made.append(pace)
    return made


async def test_all_together_keep_to_the_rate(server: RedisServer) -> None:
    async with AsyncExitStack() as stack:
        four = await paces(stack, server)
        began = SystemClock().monotonic()
        sent = await asyncio.gather(*(sends(pace, 3.0) for pace in four))
        took_s = SystemClock().monotonic() - began
        # What was full at first, and what has come since.
        assert 0.5 * PER_S * 4 < sum(sent) <= PER_S * (1 + took_s) + 20
        assert min(sent) > 0.1 * sum(sent)
        calls = server.client().info("commandstats")["cmdstat_evalsha"]["calls"]
        # Who gets nothing asks again no sooner than 0.1 s later.
        assert calls < sum(sent) + len(four) * took_s / 0.1


async def test_one_alone_gets_all_of_it(server: RedisServer) -> None:
    async with AsyncExitStack() as stack:
        first, *_ = await paces(stack, server)
        assert await sends(first, 2.0) > 0.5 * PER_S * 3


async def test_without_redis_each_keeps_to_its_part(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with AsyncExitStack() as stack:
        four = await paces(stack, server)
        server.kill()
        sent = await asyncio.gather(*(sends(pace, 2.0) for pace in four))
        assert 0.5 * PER_S * 3 < sum(sent) <= PER_S * 3 + 8
        assert "Sending at a part of the rate" in caplog.text
        server.start()
        assert await sends(four[0], 1.0) > PER_S / 2


async def test_nonsense_in_redis_is_no_more_than_a_full_bucket(
    server: RedisServer, tmp_path: Path
) -> None:
    client = server.client()
    async with Shared.open(cluster_on(server), BOT) as shared:
        key = f"{{coderbot}}:budget:{BOT}"
        client.hset(key, mapping={"level": "much", "at": "x"})
        assert (await shared.budget.take(9, 5, 1)).tokens == 5
        client.hset(key, mapping={"level": "1e9", "at": "-1e9"})
        assert (await shared.budget.take(9, 5, 1)).tokens == 5
        empty = await shared.budget.take(9, 5, 1)
        assert empty.tokens == 0
        assert 0 < empty.again_s <= 1
