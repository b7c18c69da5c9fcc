"""What lies in the streams of replicas that a bot has no more."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from coderbot.cluster.streams import Entry

MAX_REPLICAS = 64
"""As BOT_REPLICAS allows."""
_PAGE = 100

_log = logging.getLogger(__name__)


class Stream(Protocol):
    """Where updates lie; `coderbot.cluster.streams` has them."""

    async def waits(self) -> bool:
        """Tell whether anything lies there."""

    async def take_over(self) -> list[Entry]:
        """Return what predecessors have read and not done."""

    async def read(self, count: int) -> list[Entry]:
        """Return the next entries, `count` at most; none when none comes."""

    async def done(self, ids: Sequence[str]) -> None:
        """Remove entries."""


async def hand_on_leftovers(
    stream_of: Callable[[int], Stream],
    slots: int,
    hand: Callable[[Sequence[Mapping[str, Any]]], Awaitable[None]],
) -> None:
    """Hand on what waits for slots from number `slots` on.

    Args:
        stream_of: Returns the stream of a slot.
        slots: How many replicas there are now.
        hand: Returns when updates are safe.

    Raises:
        ClusterError: When Redis does not answer.
    """
    for slot in range(slots, MAX_REPLICAS):
        stream = stream_of(slot)
        if not await stream.waits():
            continue
        _log.info("Taking what waits for replica %d, which is no more", slot)
        entries = await stream.take_over()
        while entries or await stream.waits():
            await hand([msgspec.json.decode(entry.body) for entry in entries])
            if entries:
                await stream.done([entry.id for entry in entries])
            entries = await stream.read(_PAGE)
