"""Values by name that several processes change and follow."""

import logging
from collections.abc import AsyncIterator, Iterable

from redis.asyncio import Redis

from coderbot.cluster.away import told_when_away
from coderbot.cluster.seal import SealBrokenError, Sealer

LOOK_S = 60.0
"""Who was told of no change for so long looks by itself, in seconds.

A message that was lost, or a Redis that was emptied, is noticed then.
"""

_PUT = """
local now = redis.call('HGET', KEYS[1], ARGV[1])
if (now or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('PUBLISH', KEYS[1], ARGV[1])
return 1
"""
"""Replaces a value only if it is still the one that the caller has seen."""

_log = logging.getLogger(__name__)


class SharedMap:
    """A hash in Redis; each value is sealed for its place in it.

    Args:
        redis: The client.
        sealer: With the key of the cluster.
        key: Of the hash, and of the channel on which changes are told.
    """

    def __init__(self, redis: Redis, sealer: Sealer, key: str) -> None:
        self._redis = redis
        self._sealer = sealer
        self._key = key
        self._seen: dict[str, bytes] = {}
        """What lay there last, as it lay there: what `put` may replace."""
        self._put = redis.register_script(_PUT)

    async def get(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return the values that there are; forged ones are told and left out.

        Raises:
            ClusterError: When Redis does not answer.
        """
        wanted = list(names)
        if not wanted:
            return {}
        with told_when_away():
            found = await self._redis.hmget(self._key, wanted)
        values = {}
        for name, value in zip(wanted, found, strict=True):
            raw = bytes(value) if isinstance(value, bytes) else b""
            is_news = raw != self._seen.get(name)
            self._seen[name] = raw
            body = self._opened(name, raw, is_news) if raw else None
            if body is not None:
                values[name] = body
        return values

    async def all(self) -> dict[str, bytes]:
        """Return all values that there are, whatever their names.

        Raises:
            ClusterError: When Redis does not answer.
        """
        with told_when_away():
            names = await self._redis.hkeys(self._key)
        return await self.get(_text(name) for name in names)

    async def put(self, name: str, body: bytes) -> bool:
        """Put a value; returns False when there is another one than `get` has seen.

        Raises:
            ClusterError: When Redis does not answer; it may have been put.
        """
        raw = self._sealer.seal(self._place(name), body)
        seen = self._seen.get(name, b"")
        with told_when_away():
            done = await self._put(keys=[self._key], args=[name, seen, raw])
        if done:
            self._seen[name] = raw
        return bool(done)

    async def changes(self) -> AsyncIterator[str]:
        """Yield names of values that were put; an empty one stands for any.

        The first is an empty one: from then on none is missed.

        Raises:
            ClusterError: When Redis does not answer any more.
        """
        async with self._redis.pubsub() as channel:
            with told_when_away():
                await channel.subscribe(self._key)
            yield ""
            while True:
                with told_when_away():
                    message = await channel.get_message(timeout=LOOK_S)
                if message is None:
                    yield ""
                elif message["type"] == "message":
                    yield _text(message["data"])

    def _opened(self, name: str, raw: bytes, is_news: bool) -> bytes | None:
        try:
            return self._sealer.open(self._place(name), raw)
        except SealBrokenError as error:
            if is_news:
                _log.error("%s; it is ignored", error)
            return None

    def _place(self, name: str) -> str:
        return f"{self._key} {name}"


def _text(raw: bytes | str) -> str:
    return raw if isinstance(raw, str) else raw.decode(errors="replace")
