"""The fleet without a dashboard: every line on stdout, prefixed and flushed."""

import asyncio
import os
import queue
import sys
import threading

from coderbot.control.port import SupervisorPort
from coderbot.supervisor.events import LinesAdded
from coderbot.supervisor.lines import PARENT

_FLUSH_TIMEOUT_S = 2.0
"""How long the end waits for a reader of stdout that has stopped reading."""


async def run_headless(supervisor: SupervisorPort, verbose: bool) -> None:
    """Print what the fleet says until it has stopped.

    Args:
        supervisor: The fleet.
        verbose: Print the workers' own lines too (VERBOSE_LOGGING).
    """
    printer = _Printer(sys.stdout.fileno())
    seen = 0
    async with supervisor.subscribe() as events:
        seen = await _print_new(supervisor, printer, seen, verbose)
        async for event in events:
            if isinstance(event, LinesAdded):
                seen = await _print_new(supervisor, printer, seen, verbose)
    await _print_new(supervisor, printer, seen, verbose)
    printer.close()


async def _print_new(
    supervisor: SupervisorPort, printer: "_Printer", seen: int, verbose: bool
) -> int:
    """Print the lines after number `seen`; return the number of the last one."""
    blocks = supervisor.blocks(seen)
    if not blocks:
        return seen
    text = _missed(blocks[0].first_seq - seen - 1) + "".join(
        block.printed() for block in blocks if verbose or block.bot == PARENT
    )
    if text:
        await printer.write(text.encode(errors="replace"))
    return blocks[-1].last_seq


def _missed(count: int) -> str:
    if count <= 0:
        return ""
    return f"[Parent] {count} lines were not printed: stdout is read too slowly\n"


class _Printer:
    """Writes to a descriptor from a thread: a stalled reader stalls only that.

    A daemon thread, because one that is stuck in write() must not keep the
    process from ending.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._chunks: queue.SimpleQueue[tuple[bytes, asyncio.Event] | None] = (
            queue.SimpleQueue()
        )
        self._broken = False
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="stdout", daemon=True)
        self._thread.start()

    async def write(self, data: bytes) -> None:
        """Write `data`; returns when it has been written."""
        if self._broken:
            return
        done = asyncio.Event()
        self._chunks.put((data, done))
        await done.wait()

    def close(self) -> None:
        """Let the thread end; waits for it for a moment."""
        self._chunks.put(None)
        self._thread.join(_FLUSH_TIMEOUT_S)

    def _run(self) -> None:
        while (item := self._chunks.get()) is not None:
            data, done = item
            self._write_all(data)
            self._loop.call_soon_threadsafe(done.set)

    def _write_all(self, data: bytes) -> None:
        view = memoryview(data)
        while view and not self._broken:
            try:
                view = view[os.write(self._descriptor, view) :]
            except OSError:
                # The reader is gone. The fleet goes on: what ends it is a signal,
                # not somebody's closed pager.
                self._broken = True
