"""Who may boot now: a queue, so that a fleet does not start all at once."""

import asyncio
from collections import deque

from coderbot.clock import Clock


class StartQueue:
    """Gives out berths: whoever boots has one, until it is READY or has failed.

    A worker that says that Telegram is out of reach gives its berth back: it waits,
    and costs nothing. One that hangs before it has said a word loses its berth after a
    while, or it would keep the whole fleet waiting until it is given up. Whom a person starts does not wait, but counts.

    Args:
        limit: How many berths there are.
        clock: For the patience.
        patience_s: How long a berth may be held, in seconds.
    """

    def __init__(self, limit: int, clock: Clock, patience_s: float) -> None:
        self.limit = limit
        self._clock = clock
        self._patience_s = patience_s
        self._since: dict[str, float] = {}
        self._slow: set[str] = set()
        self._waiting: deque[tuple[str, asyncio.Future[None]]] = deque()

    async def turn(self, bot: str) -> None:
        """Wait until a bot may start; it has a berth then, until `note` frees it."""
        if not self._waiting and self._has_room():
            self._take(bot)
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((bot, future))
        try:
            await future
        except asyncio.CancelledError:
            # A berth that was just given is freed by `note`, which follows all
            # that can call off a start.
            if not future.done() or future.cancelled():
                self._waiting.remove((bot, future))
            raise

    def note(self, bot: str, *, boots: bool) -> None:
        """Note whether a bot is booting now."""
        if not boots:
            self._slow.discard(bot)
            self._since.pop(bot, None)
            self._admit()
        elif bot not in self._slow:
            self._since.setdefault(bot, self._clock.monotonic())

    def expire(self) -> None:
        """Take the berths of those that boot for too long; to be called now and then."""
        now = self._clock.monotonic()
        for bot, since in list(self._since.items()):
            if now - since >= self._patience_s:
                del self._since[bot]
                self._slow.add(bot)
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self._has_room():
            bot, future = self._waiting.popleft()
            if not future.done():
                self._take(bot)
                future.set_result(None)

    def _has_room(self) -> bool:
        return len(self._since) < self.limit

    def _take(self, bot: str) -> None:
        self._slow.discard(bot)
        self._since[bot] = self._clock.monotonic()
