"""What goes wrong between hosts and Redis, told without its library."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from redis import RedisError

from coderbot.clock import Clock
from coderbot.errors import CoderBotError

REDIS_SAYS = "Redis: "
"""What the message of an error begins with that came from the library."""
_AGAIN_S = 0.5
"""Pause before Redis is asked again that has not answered, in seconds."""

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class ClusterError(CoderBotError):
    """Raised when Redis, or another host, does not do what is asked of it."""


@contextmanager
def told_when_away() -> Iterator[None]:
    """Turn the errors of the library in this block into one of ours.

    Raises:
        ClusterError: Instead of them.
    """
    try:
        yield
    except (RedisError, OSError) as error:
        words = " ".join(str(error).split())[:200] or type(error).__name__
        raise ClusterError(
            f"{REDIS_SAYS}{words}",
            "Look at CLUSTER_REDIS_URL, and at the rights of its user.",
        ) from None


async def until_answered(
    ask: Callable[[], Awaitable[_T]], clock: Clock, told: str
) -> _T:
    """Repeat `ask` until Redis answers; return what it says.

    Args:
        ask: May raise ClusterError.
        clock: For the pauses.
        told: What does not go on meanwhile, for the log.
    """
    is_away = False
    while True:
        try:
            return await ask()
        except ClusterError as error:
            if not is_away:
                _log.warning("%s until Redis answers: %s", told, error.message)
            is_away = True
        await clock.sleep(_AGAIN_S)
