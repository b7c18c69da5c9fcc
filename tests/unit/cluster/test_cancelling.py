"""Whoever waits on Redis can be cancelled at any moment, once."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection

from coderbot.clock import SystemClock
from coderbot.cluster.claims import Claims
from coderbot.cluster.connection import Cluster
from coderbot.cluster.sharedmap import SharedMap
from coderbot.cluster.wake import listen_for_wakes
from tests.fakes.cluster import cluster
from tests.fakes.redis import RedisServer, needs_redis

pytestmark = needs_redis


async def _ping(_: Cluster, redis: Redis) -> None:
    await redis.ping()


async def _script(_: Cluster, redis: Redis) -> None:
    await Claims(redis, "claims").take(["a"])


async def _pipeline(_: Cluster, redis: Redis) -> None:
    async with redis.pipeline() as pipe:
        pipe.set("a", "1")
        pipe.get("a")
        await pipe.execute()


async def _changes(here: Cluster, redis: Redis) -> None:
    async for _ in SharedMap(redis, here.sealer, "map").changes():
        pass


async def _wakes(here: Cluster, redis: Redis) -> None:
    await listen_for_wakes(redis, here.keys, "here", lambda: None, SystemClock())


@pytest.mark.parametrize("wait", [_ping, _script, _pipeline, _changes, _wakes])
async def test_a_cancellation_that_comes_as_a_command_is_written_is_not_lost(
    wait: Callable[[Cluster, Redis], Coroutine[None, None, None]],
    server: RedisServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write = AbstractConnection._send_packed_command
    cancelled: list[bool] = []

    async def write_and_be_cancelled(
        connection: AbstractConnection, command: Any
    ) -> None:
        await write(connection, command)
        if not cancelled:
            cancelled.append(task.cancel())

    here = cluster(server.url, "here")
    async with here.connect() as redis:
        await redis.set("a", "before")
        monkeypatch.setattr(
            AbstractConnection, "_send_packed_command", write_and_be_cancelled
        )
        async with asyncio.TaskGroup() as group:
            task = group.create_task(wait(here, redis))
            await asyncio.wait([task], timeout=3)
            has_ended = task.done()
            task.cancel()
        assert cancelled == [True]
        assert has_ended
        assert task.cancelled()
        # No answer was left on the connection for the next who asks.
        await redis.set("b", "after")
        assert await redis.get("b") == b"after"
