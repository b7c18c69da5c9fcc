"""Stores of one bot on a real Redis server."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coderbot.cluster.connection import Cluster
from tests.fakes.cluster import KEY, cluster
from tests.fakes.redis import RedisServer, redis_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """A server of this test's own."""
    with redis_server(tmp_path) as running:
        yield running


def cluster_on(server: RedisServer, host: str = "here", key: str = KEY) -> Cluster:
    """Return a host's view of the cluster on that server."""
    return cluster(server.url, host, key)


def cluster_environment(server: RedisServer, host: str = "here") -> dict[str, str]:
    """Return the settings of a host of that cluster."""
    return {
        "CLUSTER_REDIS_URL": server.url,
        "CLUSTER_KEY": KEY,
        "CLUSTER_HOST": host,
    }


async def until(condition: Callable[[], object]) -> None:
    """Return once something is true of Redis, which tells a test of nothing."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.01)
