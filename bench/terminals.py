"""What terminals cost: `python -m bench.terminals`.

Real programs on real PTYs, in this process: how fast output is taken in, how late the
loop is meanwhile, and what memory terminals hold.
"""

import asyncio
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from bench.spread import Spread
from coderbot.clock import SystemClock
from coderbot.worker.terminal.session import TerminalSession
from coderbot.worker.terminal.spec import TerminalSpec

_MIB = 1 << 20
_FLOOD = 200_000_000
_RUNS = 20
_TERMINALS = 50
_TICK_S = 0.005

_COLOURED = "".join(
    f"\x1b[3{n % 8};1m{n:>6}\x1b[0m  coloured \x1b[48;5;{n % 256}mtext\x1b[0m of line {n} é 日本\r\n"
    for n in range(20_000)
).encode()


def _rss_mib() -> float:
    gc.collect()
    return float(psutil.Process().memory_info().rss) / _MIB


@asynccontextmanager
async def _terminal(*argv: str) -> AsyncIterator[TerminalSession]:
    spec = TerminalSpec(argv, 100, 50, scrollback=1_000)
    session = await TerminalSession.open(spec, SystemClock())
    try:
        yield session
    finally:
        await session.close()


async def _throughput(name: str, size: int, *argv: str) -> None:
    """Print how many megabytes a second come from a program to its screen."""
    values = []
    worked = time.process_time()
    for _ in range(_RUNS):
        started = time.perf_counter()
        async with _terminal(*argv) as session:
            await session.wait_closed()
            values.append(size / 1e6 / (time.perf_counter() - started))
    worked = time.process_time() - worked
    print(f"{name}, MB/s:  {Spread(tuple(values))}")
    print(f"{name}, MB for a second of CPU:  {_RUNS * size / 1e6 / worked:.0f}")


async def _flood() -> None:
    """Print how late the loop is while a program writes all the time."""
    late: list[float] = []
    peak = _rss_mib()
    async with _terminal("/bin/sh", "-c", f"yes | head -c {_FLOOD}") as session:
        started = time.perf_counter()
        while session.is_open:
            before = time.perf_counter()
            await asyncio.sleep(_TICK_S)
            late.append((time.perf_counter() - before - _TICK_S) * 1_000)
            peak = max(peak, psutil.Process().memory_info().rss / _MIB)
        seconds = time.perf_counter() - started
    ordered = sorted(late)
    p99 = ordered[round(0.99 * (len(ordered) - 1))]
    print(
        f"yes | head -c 200M: {seconds:.1f} s ({_FLOOD / 1e6 / seconds:.0f} MB/s), loop "
        f"late by {statistics.median(ordered):.1f} ms, p99 {p99:.1f} ms, at most "
        f"{ordered[-1]:.1f} ms; RSS at most {peak:.1f} MiB"
    )


async def _many() -> None:
    """Print what an idle terminal with a prompt holds."""
    async with _terminal("/bin/bash", "--norc"):
        pass
    before = _rss_mib()
    clock = SystemClock()
    spec = TerminalSpec(("/bin/bash", "--norc"), 100, 50)
    sessions = [await TerminalSession.open(spec, clock) for _ in range(_TERMINALS)]
    try:
        for session in sessions:
            await session.changed(0)
            await session.settled()
            session.screen()
        each = (_rss_mib() - before) / _TERMINALS
    finally:
        await asyncio.gather(*(session.close() for session in sessions))
    print(f"{_TERMINALS} idle terminals of 100x50: {each:.2f} MiB each")


async def measure() -> None:
    """Measure everything and print it."""
    await _many()
    await _flood()
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "coloured"
        path.write_bytes(_COLOURED * 20)
        await _throughput("coloured text", path.stat().st_size, "cat", str(path))
    lines = "yes 'a line of text' | head -c 20000000"
    await _throughput("plain lines", 20_000_000, "/bin/sh", "-c", lines)


if __name__ == "__main__":
    asyncio.run(measure())
    sys.stdout.flush()
