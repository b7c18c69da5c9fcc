"""That Redis does not answer, told without its library."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from redis import RedisError

from coderbot.errors import CoderBotError


class RedisAwayError(CoderBotError):
    """Raised when Redis does not answer, or refuses a call."""

    def __init__(self, error: Exception) -> None:
        words = " ".join(str(error).split())[:200] or type(error).__name__
        super().__init__(
            f"Redis does not do what is asked of it: {words}",
            "Look at CLUSTER_REDIS_URL, and at the rights of its user.",
        )


@contextmanager
def told_when_away() -> Iterator[None]:
    """Turn the errors of the library in this block into one of ours.

    It also makes up for a cancellation that got lost: until Python 3.12
    `asyncio.wait_for`, which the library sends with, swallows one that comes in the
    moment that it is done (python/cpython#86296).

    Raises:
        RedisAwayError: Instead of them.
    """
    before = _cancellations()
    try:
        yield
    except (RedisError, OSError) as error:
        raise RedisAwayError(error) from None
    finally:
        if _cancellations() > before:
            raise asyncio.CancelledError


def _cancellations() -> int:
    task = asyncio.current_task()
    return task.cancelling() if task is not None else 0
