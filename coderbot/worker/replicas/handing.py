"""Hands updates to the replicas that their chats belong to."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from coderbot.clock import Clock
from coderbot.cluster.away import ClusterError
from coderbot.cluster.streams import SupersededError
from coderbot.worker.replicas.slots import chat_of, slot_of

_AGAIN_S = 0.5
"""Pause before it is tried again, in seconds."""

_log = logging.getLogger(__name__)


class Writer(Protocol):
    """Writes to the streams of replicas; `coderbot.cluster.streams` does by Redis."""

    async def begin(self) -> None:
        """Let no earlier writer write any more."""

    async def write(self, entries: Sequence[tuple[int, bytes]]) -> bool:
        """Write entries; False, and none is written, when a stream is full."""


class Handing:
    """Writes each update to the stream of its replica, however long that takes.

    What was written, maybe, when Redis did not answer is written again: the ledger
    of the replicas knows it.

    Args:
        writer: Of the streams.
        slots: How many replicas there are.
        clock: For pauses.
    """

    def __init__(self, writer: Writer, slots: int, clock: Clock) -> None:
        self._writer = writer
        self._slots = slots
        self._clock = clock
        self._has_begun = False

    async def begin(self) -> None:
        """Return when no earlier receiver can write any more."""
        await self.hand([])

    async def hand(self, updates: Sequence[Mapping[str, Any]]) -> None:
        """Return when updates lie in Redis; until then Telegram must keep them.

        Args:
            updates: As the Bot API gives them.
        """
        entries = [
            (slot_of(chat_of(each), self._slots), msgspec.json.encode(each))
            for each in updates
        ]
        told = ""
        while trouble := await self._try(entries):
            if trouble != told:
                _log.warning("Updates wait at Telegram: %s", trouble)
            told = trouble
            await self._clock.sleep(_AGAIN_S)

    async def _try(self, entries: Sequence[tuple[int, bytes]]) -> str:
        """Write entries; returns what hinders it, or nothing."""
        try:
            if not self._has_begun:
                await self._writer.begin()
                self._has_begun = True
            if not entries or await self._writer.write(entries):
                return ""
        except (ClusterError, SupersededError) as error:
            self._has_begun = False
            return error.message
        return "too many wait for replicas that do not take them"
