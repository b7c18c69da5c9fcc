"""Which terminals are open, kept where a successor of this worker finds it."""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol

import msgspec

from coderbot.clock import Clock
from coderbot.cluster.away import ClusterError, until_answered
from coderbot.worker.terminal.ident import TerminalId

_decoder = msgspec.msgpack.Decoder(list[tuple[int, str]])
_log = logging.getLogger(__name__)


class Entries(Protocol):
    """What is shared, by name; `coderbot.cluster.sharedmap` has it in Redis."""

    async def get(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return the values that there are."""

    async def put(self, name: str, body: bytes) -> bool:
        """Put a value; False when there is another one than `get` has seen."""


class TerminalBook:
    """Tells Redis of terminals that open and close.

    Args:
        entries: Where that is kept.
        name: Of this worker: its successor has the same.
        clock: For pauses.
    """

    def __init__(self, entries: Entries, name: str, clock: Clock) -> None:
        self._entries = entries
        self._name = name
        self._clock = clock
        self._open: dict[TerminalId, None] = {}
        self._told = b""
        self._changed = asyncio.Event()

    def opened(self, key: TerminalId) -> None:
        """Note a terminal that is open now."""
        self._open[key] = None
        self._changed.set()

    def closed(self, key: TerminalId) -> None:
        """Note a terminal that is open no more."""
        self._open.pop(key, None)
        self._changed.set()

    async def lost(self) -> list[TerminalId]:
        """Return what a predecessor that was killed had open; asked once."""
        ask = self._entries.get
        found = await until_answered(
            lambda: ask([self._name]), self._clock, "Lost terminals are not told"
        )
        try:
            pairs = _decoder.decode(found.get(self._name, b"\x90"))
        except msgspec.MsgspecError as error:
            _log.error("The list of open terminals makes no sense: %s", error)
            pairs = []
        self._changed.set()
        return [TerminalId(*pair) for pair in pairs]

    async def run(self) -> None:
        """Tell what changes, until cancelled; to be begun after `lost`."""
        while True:
            await self._changed.wait()
            await until_answered(self._tell, self._clock, "Open terminals are not told")

    async def flush(self) -> None:
        """Tell what has changed, if Redis answers."""
        with suppress(ClusterError):
            await self._tell()

    async def _tell(self) -> None:
        self._changed.clear()
        body = msgspec.msgpack.encode([tuple(key) for key in self._open])
        if body == self._told:
            return
        try:
            while not await self._entries.put(self._name, body):
                await self._entries.get([self._name])
        except ClusterError:
            self._changed.set()
            raise
        self._told = body
