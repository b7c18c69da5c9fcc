"""The search in the whole history, with real files and a real process."""

import asyncio
import time
from pathlib import Path

import psutil
import pytest

from coderbot.control.client import ControlClient
from coderbot.errors import CoderBotError
from coderbot.supervisor.control import control_socket
from coderbot.supervisor.errors import UnknownBotError
from coderbot.supervisor.lines import PARENT
from coderbot.supervisor.logquery import LogQuery
from coderbot.supervisor.searcher import Searcher
from tests.fakes.children import GRACEFUL, TOKEN
from tests.fakes.processes import arguments_of
from tests.processes.supervised import Fleet, fleet_of
from tests.processes.test_supervisor_logfiles import files_in

FLOOD = """
ready()
for number in range(40):
    os.write(1, b"".join(b"line %d of %d\\n" % (place, number) for place in range(1000)))
print("end of it", flush=True); wait()
"""
ENDLESS = r"(\w+\s*)+$!"
"""Takes longer than the universe for a line of some words."""


async def flooded(fleet: Fleet) -> None:
    last = fleet.supervisor.lines
    await fleet.until(lambda: last("bot-0", limit=1)[0].text == "end of it")


def searchers() -> list[psutil.Process]:
    children = psutil.Process().children()
    return [
        each for each in children if "coderbot.supervisor.grep" in arguments_of(each)
    ]


async def searching() -> psutil.Process:
    """Wait for the process that searches; no event tells of it."""
    async with asyncio.timeout(10):
        while not (found := searchers()):  # noqa: ASYNC110 - of a process
            await asyncio.sleep(0.01)
    return found[0]


async def test_what_memory_has_dropped_is_found(tmp_path: Path) -> None:
    logs = files_in(tmp_path, file_kb=500, total_kb=10_000)
    async with fleet_of(FLOOD, GRACEFUL, logs=logs) as fleet:
        await flooded(fleet)
        assert fleet.supervisor.line_counts()["bot-0"][1] > 10_000
        port = fleet.supervisor
        hits = await port.search(LogQuery(r"line 7 of \d+$"))
        assert [line.text for line in hits.lines] == [
            f"line 7 of {number}" for number in range(40)
        ]
        assert hits.counts == {"bot-0": 40}
        assert hits.searched >= 40_000
        # Its neighbours are read by its number, whether in memory or in a file.
        for hit in (hits.lines[0], hits.lines[-1]):
            before = await port.history("bot-0", hit.seq, 7)
            assert [line.text[:7] for line in before] == [
                f"line {place} " for place in range(7)
            ]
        every = await port.history(None, 1 << 62, 100_000)
        numbers = [line.seq for line in every]
        assert numbers == list(range(1, len(every) + 1))
        assert {line.bot for line in every} == {PARENT, "bot-0", "bot-1"}
        with pytest.raises(UnknownBotError):
            await port.search(LogQuery(bots=("bot-7",)))


async def test_without_files_memory_is_searched() -> None:
    async with fleet_of(FLOOD) as fleet:
        await flooded(fleet)
        hits = await fleet.supervisor.search(LogQuery("line 999 of", limit=3))
        assert [line.text for line in hits.lines] == [
            f"line 999 of {number}" for number in (37, 38, 39)
        ]
        assert hits.count == 30


async def test_the_same_over_the_socket(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    path = tmp_path / "control.sock"
    logs = files_in(tmp_path)
    async with (
        fleet_of(FLOOD, logs=logs) as fleet,
        control_socket(fleet.supervisor, path),
        ControlClient.connect(path) as client,
    ):
        await flooded(fleet)
        query = LogQuery("LINE 7 OF 3$", ignore_case=True, bots=("bot-0",))
        hits = await client.search(query)
        assert hits == await fleet.supervisor.search(query)
        (line,) = hits.lines
        page = await client.history("bot-0", line.seq, 3)
        assert page == await fleet.supervisor.history("bot-0", line.seq, 3)
        assert [each.text for each in page] == [f"line {n} of 3" for n in (4, 5, 6)]
        for bad in (LogQuery("("), LogQuery(bots=("bot-9",))):
            with pytest.raises(CoderBotError):
                await client.search(bad)


async def test_an_expression_without_end_holds_nobody_up() -> None:
    code = "print('word ' * 20, flush=True); ready(); wait()"
    async with fleet_of(code) as fleet:
        await fleet.line("word word")
        searcher = Searcher(fleet.supervisor._logbook, None, within_s=0.3)
        async with asyncio.TaskGroup() as group:
            search = group.create_task(_refused(searcher, LogQuery(ENDLESS)))
            worst = 0.0
            while not search.done():
                before = time.monotonic()
                await asyncio.sleep(0.01)
                worst = max(worst, time.monotonic() - before)
        assert "took longer" in search.result()
        assert worst < 0.5
        assert searchers() == []


async def _refused(searcher: Searcher, query: LogQuery) -> str:
    with pytest.raises(CoderBotError) as caught:
        await searcher.search(query)
    return caught.value.message


async def test_a_search_that_is_given_up_ends() -> None:
    code = "print('word ' * 20, flush=True); ready(); wait()"
    async with fleet_of(code) as fleet:
        await fleet.line("word word")
        async with asyncio.TaskGroup() as group:
            search = group.create_task(fleet.supervisor.search(LogQuery(ENDLESS)))
            await searching()
            search.cancel()
        assert searchers() == []


async def test_the_process_knows_no_secret(tmp_path: Path) -> None:
    code = "print('word ' * 20, flush=True); ready(); wait()"
    async with fleet_of(code) as fleet:
        await fleet.line("word word")
        async with asyncio.TaskGroup() as group:
            search = group.create_task(fleet.supervisor.search(LogQuery(ENDLESS)))
            process = await searching()
            assert set(process.environ()) <= {"PATH", "PYTHONPATH", "LC_CTYPE"}
            assert TOKEN not in " ".join(process.cmdline())
            search.cancel()
