"""Cancellations that the library of Redis loses."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def keeping_cancellation() -> Iterator[None]:
    """Raise at the end of the block a cancellation that came in it and got lost.

    Below Python 3.12 `asyncio.wait_for`, which the library writes with, forgets a
    cancellation that comes just when it is done (CPython issue 86296).
    """
    before = _cancellations()
    try:
        yield
    finally:
        if _cancellations() > before:
            raise asyncio.CancelledError


def _cancellations() -> int:
    task = asyncio.current_task()
    return task.cancelling() if task is not None else 0
