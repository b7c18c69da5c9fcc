"""The one browser of a worker: there when needed, gone when idle."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from coderbot.botprocess.tasks import Tasks
from coderbot.clock import Clock
from coderbot.worker.browser.chromium import Chromium
from coderbot.worker.browser.errors import BrowserFailedError

IDLE_S = 60.0
"""A browser that nobody has used for so long is ended, in seconds."""
_ANSWER_S = 5.0
"""A browser that takes longer to close a page is ended, in seconds."""

_log = logging.getLogger(__name__)


class BrowserKeeper:
    """Starts the browser on first use, shares it, and starts it anew if it dies.

    Args:
        find: Returns the program; raises BrowserMissingError if there is none.
        profile: Directory for the browser's files; nobody else uses it.
        hosts: Names that the browser may look up.
        clock: For the idle time.
        tasks: Owner of what waits for the end of the idle time.
    """

    def __init__(
        self,
        find: Callable[[], Path],
        profile: Path,
        hosts: Sequence[str],
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self._find = find
        self._profile = profile
        self._hosts = tuple(hosts)
        self._clock = clock
        self._tasks = tasks
        self._chromium: Chromium | None = None
        self._users = 0
        self._turn = asyncio.Lock()
        self._idle: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the browser; None when there is none."""
        return self._chromium.pid if self._chromium else None

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Any]:
        """Yield a fresh pyppeteer page that shares nothing with any other.

        Raises:
            BrowserMissingError: When there is no browser on this machine.
            BrowserFailedError: When it does not start, or dies again and again.
        """
        self._users += 1
        if self._idle:
            self._idle.cancel()
            self._idle = None
        try:
            chromium, context = await self._fresh_context()
            try:
                yield await context.newPage()
            finally:
                await self._give_back(chromium, context)
        finally:
            self._users -= 1
            if not self._users and self._chromium:
                self._idle = self._tasks.spawn(self._end_when_idle(), "idle browser")

    async def close(self) -> None:
        """End the browser, if there is one."""
        async with self._turn:
            chromium, self._chromium = self._chromium, None
            if chromium:
                await chromium.close()

    async def _give_back(self, chromium: Chromium, context: Any) -> None:
        """Close a context; a browser that does not even do that is ended."""
        if not chromium.is_alive:
            return
        try:
            async with asyncio.timeout(_ANSWER_S):
                await context.close()
        except TimeoutError:
            _log.warning("The browser does not answer; it is ended")
            await self.close()

    async def _fresh_context(self) -> tuple[Chromium, Any]:
        chromium = await self._running()
        try:
            return chromium, await chromium.new_context()
        except BrowserFailedError:
            # Its death is heard of only when one speaks to it.
            chromium = await self._running()
            return chromium, await chromium.new_context()

    async def _running(self) -> Chromium:
        async with self._turn:
            if self._chromium and not self._chromium.is_alive:
                _log.warning("The browser has died; it is started again")
                await self._chromium.close()
                self._chromium = None
            if self._chromium is None:
                program = self._find()
                self._chromium = await Chromium.start(
                    program, self._profile, self._hosts
                )
            return self._chromium

    async def _end_when_idle(self) -> None:
        await self._clock.sleep(IDLE_S)
        # Whoever comes from now on waits for its end, and does not call it off.
        self._idle = None
        await self.close()
