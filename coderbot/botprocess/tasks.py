"""Background work with an owner: ends with its block, fails on its own."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Self

_log = logging.getLogger(__name__)


class Tasks:
    """Runs work beside the handlers, in a group that somebody owns.

    A task that raises is logged and forgotten: one failed picture must not end
    the worker and all its terminals.

    Args:
        group: Owner of the tasks.
    """

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._running: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator[Self]:
        """Yield tasks that are cancelled when the block is left."""
        async with asyncio.TaskGroup() as group:
            tasks = cls(group)
            try:
                yield tasks
            finally:
                tasks.cancel()

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Start `work`; returns its task, for the one who wants to cancel it."""
        task = self._group.create_task(_fenced(work, name), name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        # A task that is cancelled before its first step never awaits its work.
        task.add_done_callback(lambda _: work.close())
        return task

    def cancel(self) -> None:
        """Cancel all that runs."""
        for task in tuple(self._running):
            task.cancel()


async def _fenced(work: Coroutine[Any, Any, None], name: str) -> None:
    try:
        await work
    except Exception:  # noqa: BLE001 - the fence around one piece of work
        _log.exception("%s failed", name)
