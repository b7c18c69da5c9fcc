"""Questions that a worker answers by a frame with the same number."""

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Answers(Generic[_T]):
    """Waits for answers."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[_T]] = {}

    async def ask(self, send: Callable[[int], object], within_s: float) -> _T:
        """Ask, and return the answer.

        Args:
            send: Sends the question, which bears this number.
            within_s: How long the answer may take, in seconds.

        Raises:
            TimeoutError: When it takes longer.
        """
        number = next(self._numbers)
        answer: asyncio.Future[_T] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            send(number)
            async with asyncio.timeout(within_s):
                return await answer
        finally:
            del self._waiting[number]

    def settle(self, number: int, answer: _T) -> None:
        """Take an answer; one that nobody waits for is dropped."""
        waiting = self._waiting.get(number)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)
