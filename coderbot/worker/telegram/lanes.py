"""One line of work for each user and topic: in order, nobody waits for another."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Hashable
from typing import Any

from coderbot.botprocess.tasks import Tasks

Job = Callable[[], Coroutine[Any, Any, None]]
"""Makes the work when its turn has come."""

_MAX_WAITING = 100


class Lanes:
    """Runs the jobs of each key one after the other, those of different keys beside.

    Args:
        tasks: Owner of the work.
    """

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._waiting: dict[Hashable, deque[Job]] = {}
        self._idle = asyncio.Event()
        self._idle.set()
        self._moved = asyncio.Event()

    def submit(self, key: Hashable, job: Job) -> bool:
        """Queue `job`; returns False when too many wait already."""
        queue = self._waiting.get(key)
        if queue is None:
            self._waiting[key] = deque([job])
            self._idle.clear()
            self._tasks.spawn(self._work(key), f"lane {key}")
            return True
        if len(queue) >= _MAX_WAITING:
            return False
        queue.append(job)
        return True

    async def passed(self, likes: Callable[[Hashable], bool]) -> None:
        """Return when all is done that was queued until now for keys it likes."""
        last = [(key, jobs[-1]) for key, jobs in self._waiting.items() if likes(key)]
        while any(job in self._waiting.get(key, ()) for key, job in last):
            await self._moved.wait()

    async def drain(self) -> None:
        """Return when nothing runs and nothing waits."""
        await self._idle.wait()

    async def _work(self, key: Hashable) -> None:
        queue = self._waiting[key]
        try:
            while queue:
                await self._tasks.spawn(queue[0](), f"job of {key}")
                queue.popleft()
                self._note_move()
        finally:
            del self._waiting[key]
            self._note_move()
            if not self._waiting:
                self._idle.set()

    def _note_move(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()
