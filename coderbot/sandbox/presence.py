"""Which bots are on line: those whose program polls."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from coderbot.sandbox.state import World

_GRACE_S = 3.0
"""Between two polls a bot is still on line."""
_INTERVAL_S = 1.0


def update_presence(world: World) -> None:
    """Tell of bots that have stopped polling."""
    now = world.clock.monotonic()
    for bot in world.bots.values():
        gone = bot.open_polls == 0 and now - bot.last_poll > _GRACE_S
        if bot.online and gone:
            bot.online = False
            world.publish("bot", bot=bot.view())


@contextmanager
def watch_presence(world: World, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Look once a second, for the length of the block."""
    timer: list[asyncio.TimerHandle] = []

    def look() -> None:
        update_presence(world)
        timer[:] = [loop.call_later(_INTERVAL_S, look)]

    look()
    try:
        yield
    finally:
        timer[0].cancel()
