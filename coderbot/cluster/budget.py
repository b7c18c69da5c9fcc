"""A token bucket that several processes take from, by the clock of Redis."""

from typing import NamedTuple

from redis.asyncio import Redis

from coderbot.cluster.away import told_when_away

_TAKE = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1e6
local burst, per_s, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('HMGET', KEYS[1], 'level', 'at')
local level = math.min(tonumber(kept[1] or burst) or burst, burst)
local gone = math.max(now - (tonumber(kept[2] or now) or now), 0)
level = math.min(burst, level + gone * per_s)
local granted = math.max(math.min(wanted, math.floor(level)), 0)
level = level - granted
redis.call('HSET', KEYS[1], 'level', tostring(level), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], 600000)
return {granted, math.ceil(math.max(1 - level, 0) / per_s * 1000)}
"""


class Grant(NamedTuple):
    """What was taken from the bucket."""

    tokens: int
    again_s: float
    """When there will be more, in seconds."""


class SharedBucket:
    """Holds up to `burst` tokens, and gets `per_s` back each second.

    Args:
        redis: The client.
        key: Of the bucket.
    """

    def __init__(self, redis: Redis, key: str) -> None:
        self._key = key
        self._take = redis.register_script(_TAKE)

    async def take(self, wanted: int, burst: float, per_s: float) -> Grant:
        """Take as many tokens as there are, `wanted` at most.

        Raises:
            ClusterError: When Redis does not answer; some may have been taken.
        """
        with told_when_away():
            arguments = [burst, per_s, wanted]
            granted, again_ms = await self._take(keys=[self._key], args=arguments)
        return Grant(int(granted), int(again_ms) / 1_000)
