"""The fleet without a dashboard: every line on stdout, prefixed and flushed."""

import asyncio
import os
import queue
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from coderbot.control.port import SupervisorPort
from coderbot.supervisor.blocks import Block
from coderbot.supervisor.events import LinesAdded
from coderbot.supervisor.lines import PARENT

_FLUSH_TIMEOUT_S = 2.0
"""How long the end waits for a reader of stdout that has stopped reading."""


class PrintedFleet(SupervisorPort, Protocol):
    """A supervisor in this very process, whose lines are printed by the chunk."""

    def blocks(self, after: int = 0) -> Sequence[Block]:
        """Return all kept lines with a number above `after`, as they came."""

    def echoed(self, after: int, before: int) -> int:
        """Return how many numbers between these two are of other hosts' lines."""


async def run_headless(supervisor: PrintedFleet, verbose: Callable[[], bool]) -> None:
    """Print what the fleet says until it has stopped.

    Args:
        supervisor: The fleet.
        verbose: Whether to print the workers' own lines too (VERBOSE_LOGGING).
    """
    printer = _Printer(supervisor, verbose, sys.stdout.fileno())
    async with supervisor.subscribe() as events:
        printer.pump()
        async for event in events:
            if isinstance(event, LinesAdded):
                printer.pump()
    await printer.flush()


class _Printer:
    """Prints from the logbook as fast as stdout takes it, and never faster.

    Writing is done by a thread, so that a reader that stalls holds up only that.
    Meanwhile the lines wait in the logbook; those that it drops are counted. It is
    a daemon thread, because one that is stuck in write() must not keep the process
    from ending.
    """

    def __init__(
        self, supervisor: PrintedFleet, verbose: Callable[[], bool], descriptor: int
    ) -> None:
        self._supervisor = supervisor
        self._verbose = verbose
        self._descriptor = descriptor
        self._seen = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._broken = False
        self._chunks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._write, name="stdout", daemon=True).start()

    def pump(self) -> None:
        """Print what is new, unless the last chunk is still being written."""
        if not self._idle.is_set() or self._broken:
            return
        text = self._new_text()
        if text:
            self._idle.clear()
            self._chunks.put(text.encode(errors="replace"))

    async def flush(self) -> None:
        """Wait until everything is printed, for a moment at most."""
        try:
            async with asyncio.timeout(_FLUSH_TIMEOUT_S):
                self.pump()
                while not self._idle.is_set():
                    await self._idle.wait()
        except TimeoutError:
            # The reader will not be told more by a process that does not end.
            self._broken = True

    def _new_text(self) -> str:
        text = ""
        # Lines that are not shown must not end the search for some that are.
        while not text:
            blocks = self._supervisor.blocks(self._seen)
            if not blocks:
                break
            # Numbers go on from earlier runs: only between two looks a gap is one.
            first = blocks[0].first_seq
            others = self._supervisor.echoed(self._seen, first)
            missed = first - self._seen - 1 - others if self._seen else 0
            self._seen = blocks[-1].last_seq
            text = _missed(missed) + _format(blocks, self._verbose())
        return text

    def _done(self) -> None:
        self._idle.set()
        self.pump()

    def _write(self) -> None:
        while True:
            view = memoryview(self._chunks.get())
            try:
                while view:
                    view = view[os.write(self._descriptor, view) :]
            except OSError:
                # The reader is gone. The fleet goes on: what ends it is a signal,
                # not somebody's closed pager.
                self._broken = True
            try:
                self._loop.call_soon_threadsafe(self._done)
            except RuntimeError:
                return  # The loop is closed: the program ends.


def _missed(count: int) -> str:
    if count <= 0:
        return ""
    return f"[Parent] {count} lines were not printed: stdout is read too slowly\n"


def _format(blocks: Sequence[Block], verbose: bool) -> str:
    return "".join(
        block.printed() for block in blocks if verbose or block.bot == PARENT
    )
