"""Cancellations that the library of Redis loses."""

import asyncio
from typing import Any

from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection


def keep_cancellations(pool: ConnectionPool) -> None:
    """Let whoever waits on a connection of a pool be cancelled at any moment.

    Below Python 3.12 `asyncio.wait_for` forgets a cancellation that comes just when
    it is done (CPython issue 86296). The library uses it in one place, where a
    connection writes: whatever is asked of Redis goes through there.
    """
    kind = pool.connection_class
    pool.connection_class = type(kind.__name__, (_Keeping, kind), {})


class _Keeping(AbstractConnection):
    """Raises after a write a cancellation that came in it and got lost."""

    async def send_packed_command(self, *args: Any, **options: Any) -> None:
        """Write a command."""
        before = _cancellations()
        await super().send_packed_command(*args, **options)
        if _cancellations() > before:
            # Nobody reads the answer: it must not be taken for that of the next.
            await self.disconnect(nowait=True)
            raise asyncio.CancelledError


def _cancellations() -> int:
    task = asyncio.current_task()
    return task.cancelling() if task is not None else 0
