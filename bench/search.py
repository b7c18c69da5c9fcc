"""How long it takes to search a million stored lines: `python -m bench.search`.

The files are written by the logbook itself, ten bots, 100 bytes a line.
"""

import asyncio
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

from coderbot.clock import SystemClock
from coderbot.loglevel import Level
from coderbot.redact import Redactor
from coderbot.supervisor.logbook import Logbook
from coderbot.supervisor.logfiles import LogFiles
from coderbot.supervisor.logquery import LogQuery
from coderbot.supervisor.searcher import Searcher

_BOTS = [f"bot-{number}" for number in range(10)]
_BLOCK = 20
_LINES = 1_000_000
_QUERIES = {
    "a word that is nowhere": LogQuery("no such word"),
    "a word in one line of 10,000": LogQuery("needle 7"),
    "the same, ignoring case": LogQuery("NEEDLE 7", ignore_case=True),
    "a regular expression": LogQuery(r"needle \d+$"),
    "a word in every line": LogQuery("line"),
    "warnings without a word": LogQuery("", exclude=("needle",), level=Level.WARNING),
}


async def main() -> None:
    """Write the lines, search them, print the times."""
    with tempfile.TemporaryDirectory() as directory:
        files = LogFiles(Path(directory) / "logs", _BOTS, 10_000_000, 500_000_000)
        book = Logbook(
            _BOTS, Redactor([]), SystemClock(), lambda _seq: None, store=files.put
        )
        with files.storing():
            for number in range(_LINES // _BLOCK):
                _add(book, number)
                while files.is_busy():
                    time.sleep(0.001)  # noqa: ASYNC251 - nothing else runs here
        searcher = Searcher(book, files)
        for name, query in _QUERIES.items():
            await _measure(searcher, name, query)
        began = time.perf_counter()
        middle = LogQuery(before=_LINES // 2, count_all=False)
        page = (await searcher.search(middle)).lines
        took_ms = (time.perf_counter() - began) * 1_000
        _print(
            f"{'a page of ' + str(len(page)) + ' from the middle':32} {took_ms:.0f} ms"
        )
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _print(f"{'memory of this process at most':32} {mib:.0f} MiB")


def _add(book: Logbook, number: int) -> None:
    word = f"needle {number}" if number % 500 == 0 else "hay"
    texts = [f"line {number} {place} {word} ".ljust(99, "x") for place in range(_BLOCK)]
    texts[-1] = f"line {number} {word}"
    levels = [Level.INFO] * (_BLOCK - 1) + [Level.WARNING]
    book.add(_BOTS[number % 10], 1, "out", levels, texts)


async def _measure(searcher: Searcher, name: str, query: LogQuery) -> None:
    times, late = [], []
    for _ in range(5):
        async with asyncio.TaskGroup() as group:
            lateness = group.create_task(_lateness())
            began = time.perf_counter()
            hits = await searcher.search(query)
            times.append(time.perf_counter() - began)
            lateness.cancel()
        late.append(_worst.pop())
    seconds = statistics.median(times)
    _print(
        f"{name:32} {seconds * 1_000:.0f} ms, {hits.count:,} of {hits.searched:,} lines, "
        f"loop late by {max(late) * 1_000:.0f} ms at worst"
    )


_worst: list[float] = []


async def _lateness() -> None:
    worst = 0.0
    try:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            worst = max(worst, time.perf_counter() - before - 0.005)
    finally:
        _worst.append(worst)


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    asyncio.run(main())
