"""What the workers of one bot share, wherever they run."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from coderbot.cluster.budget import SharedBucket
from coderbot.cluster.claims import Claims
from coderbot.cluster.connection import Cluster
from coderbot.cluster.sharedmap import SharedMap
from coderbot.cluster.streams import StreamReader, StreamWriter


class Shared:
    """Makes the stores of one bot, on one client.

    Args:
        cluster: That this process belongs to.
        redis: The client.
        bot_id: Telegram's number of the bot: it stays when the list of tokens, or
            the token itself, changes.
    """

    def __init__(self, cluster: Cluster, redis: Redis, bot_id: int) -> None:
        self._cluster = cluster
        self._redis = redis
        self._bot_id = bot_id

    @classmethod
    @asynccontextmanager
    async def open(cls, cluster: Cluster, bot_id: int) -> AsyncIterator["Shared"]:
        """Yield the stores of a bot; nothing is sent before the first call."""
        async with cluster.connect() as redis:
            yield cls(cluster, redis, bot_id)

    @property
    def preferences(self) -> SharedMap:
        """What each user has chosen, by the number of the user."""
        key = self._key("preferences")
        return SharedMap(self._redis, self._cluster.sealer, key)

    @property
    def updates(self) -> Claims:
        """Which updates were acted on."""
        return Claims(self._redis, self._key("update"))

    @property
    def terminals(self) -> SharedMap:
        """Which terminals are open, by the name of the worker that has them."""
        return SharedMap(self._redis, self._cluster.sealer, self._key("terminals"))

    @property
    def budget(self) -> SharedBucket:
        """What all workers may send together."""
        return SharedBucket(self._redis, self._key("budget"))

    def writer(self, slots: int) -> StreamWriter:
        """Return what writes updates for so many workers."""
        return StreamWriter(
            self._redis,
            self._cluster.sealer,
            self._key("receiver"),
            [self._key("stream", slot) for slot in range(slots)],
        )

    def reader(self, slot: int) -> StreamReader:
        """Return what reads the updates for a worker."""
        name = f"{self._cluster.host}-{secrets.token_hex(8)}"
        stream = self._key("stream", slot)
        return StreamReader(self._redis, self._cluster.sealer, stream, name)

    def _key(self, *parts: str | int) -> str:
        kind, *more = parts
        return self._cluster.keys.of(kind, self._bot_id, *more)
