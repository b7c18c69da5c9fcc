"""Being woken by other hosts, so that a bot that is handed over need not wait."""

from collections.abc import Callable

from redis import RedisError
from redis.asyncio import Redis

from coderbot.clock import Clock
from coderbot.cluster.keys import Keys

_PAUSE_S = 2.0
"""Before Redis is asked again after a fault, in seconds."""


async def listen_for_wakes(
    client: Redis, keys: Keys, host: str, wake: Callable[[], None], clock: Clock
) -> None:
    """Call `wake` whenever another host wants this one to look, until cancelled.

    Nothing depends on it: a wake that is lost costs a tick. So faults are not told;
    whoever ticks tells them.

    Args:
        client: To Redis; it needs a connection of its own for this.
        keys: Of the cluster.
        host: Name of this one.
        wake: Must not wait.
        clock: For the pause after a fault.
    """
    mine = (host.encode(), b"*")
    while True:
        try:
            async with client.pubsub() as channel:
                await channel.subscribe(keys.of("wake"))
                async for message in channel.listen():
                    if message["type"] == "message" and message["data"] in mine:
                        wake()
        except (RedisError, OSError):
            await clock.sleep(_PAUSE_S)
