"""Keeps `sent/` and `received/` within their limits."""

import asyncio
from collections.abc import Callable

from coderbot.clock import Clock
from coderbot.paths import MediaDirs
from coderbot.worker.media.retention import Limits, prune

_CHECK_S = 30.0
_AT_LEAST_S = 3_600.0
"""How often to look when nothing was put there."""
_SHARE = 20
"""It is looked sooner when one part in so many of the allowed size was added."""


class Pruner:
    """Looks at start, every hour, and when much has come.

    Args:
        dirs: Directories of the bot.
        limits: What may be kept.
        clock: For the pauses and the age of files.
        added: Returns how many bytes were put there so far.
    """

    def __init__(
        self, dirs: MediaDirs, limits: Limits, clock: Clock, added: Callable[[], int]
    ) -> None:
        self._dirs = dirs
        self._limits = limits
        self._clock = clock
        self._added = added

    async def run(self) -> None:
        """Prune until cancelled; without limits there is nothing to do."""
        while self._limits:
            await asyncio.to_thread(
                prune,
                self._dirs.root,
                (self._dirs.sent.name, self._dirs.received.name),
                self._limits,
                self._clock.now().timestamp(),
            )
            await self._until_worth_it()

    async def _until_worth_it(self) -> None:
        began_s, before = self._clock.monotonic(), self._added()
        enough = max(1, self._limits.size // _SHARE)
        while self._clock.monotonic() - began_s < _AT_LEAST_S:
            await self._clock.sleep(_CHECK_S)
            if self._limits.size and self._added() - before >= enough:
                return
