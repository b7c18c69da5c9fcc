"""One token, many workers: `python -m bench.replicas`.

Updates go through real Redis streams to real processes that take them with the code
of a worker (see replicaworker.py), and act on them by writing them down.
"""

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.replicaworker import BOT, WAIT_S
from coderbot.clock import SystemClock
from coderbot.cluster.shared import Shared
from coderbot.worker.replicas.handing import Handing
from tests.fakes.cluster import cluster
from tests.fakes.redis import RedisServer, redis_server

CHATS = 1_000
BATCH = 100
"""Updates that one getUpdates brings."""
AT_ONCE = 1
"""Updates that a replica has under way, so that what it waits for is what counts."""
SLOTS = 4
_BACKLOG = 4_000
"""Updates that wait in all streams, at most."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the updates."""

    seconds: float
    acted: Counter[int]
    told: Counter[int]

    @property
    def rate(self) -> float:
        """Updates a second."""
        return self.acted.total() / self.seconds


class Replicas:
    """Processes that take the updates of some slots."""

    def __init__(self, server: RedisServer, directory: Path) -> None:
        self._server = server
        self._directory = directory
        self._running: dict[int, asyncio.subprocess.Process] = {}

    async def start(self, slot: int) -> None:
        """Start one; returns when it has taken over what was left."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.replicaworker", self._server.url),
            *(str(slot), str(AT_ONCE), str(self._directory)),
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        self._running[slot] = process

    async def replace(self, slot: int) -> None:
        """Kill one at once, and start its successor."""
        self._running[slot].kill()
        await self._running[slot].wait()
        await self.start(slot)

    async def stop(self) -> None:
        """Let all of them finish."""
        for process in self._running.values():
            process.terminate()
            await process.wait()

    def written(self, kind: str) -> Counter[int]:
        """Return what was written down, and how often."""
        found: Counter[int] = Counter()
        for path in self._directory.glob(f"{kind}-*"):
            found.update(map(int, path.read_text().split()))
        return found

    def count(self) -> int:
        """Return how much was acted on, without reading it."""
        files = self._directory.glob("acted-*")
        return sum(path.read_bytes().count(b"\n") for path in files)


async def measure(slots: int, updates: int, kills: int) -> Result:
    """Bring updates to so many replicas; kill some of them on the way."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as name, redis_server(Path(name)) as server:
        async with _replicas(server, Path(name), slots) as replicas:
            began = clock.monotonic()
            async with asyncio.TaskGroup() as group:
                group.create_task(_bring(server, slots, updates))
                for number in range(kills):
                    at = updates * (number + 1) // (kills + 1)
                    group.create_task(_kill_at(replicas, number, at))
                await _until(server, replicas, updates)
            seconds = clock.monotonic() - began
        return Result(seconds, replicas.written("acted"), replicas.written("told"))


@asynccontextmanager
async def _replicas(
    server: RedisServer, directory: Path, slots: int
) -> AsyncIterator[Replicas]:
    replicas = Replicas(server, directory)
    for slot in range(slots):
        await replicas.start(slot)
    try:
        yield replicas
    finally:
        await replicas.stop()


async def _bring(server: RedisServer, slots: int, updates: int) -> None:
    """Be the receiver."""
    clock = SystemClock()
    async with Shared.open(cluster(server.url, "receiver"), BOT) as shared:
        handing = Handing(shared.writer(slots), slots, clock)
        await handing.begin()
        for batch in _batches(updates):
            while _waiting(server) > _BACKLOG:
                await clock.sleep(0.02)
            await handing.hand(batch)


def _batches(updates: int) -> Iterator[list[dict[str, object]]]:
    for first in range(0, updates, BATCH):
        yield [
            {
                "update_id": number,
                "message": {
                    "message_id": number,
                    "date": 1_700_000_000,
                    "chat": {"id": 1_000_000 + number % CHATS, "type": "private"},
                    "text": "a line that somebody types",
                },
            }
            for number in range(first, min(first + BATCH, updates))
        ]


def _waiting(server: RedisServer) -> int:
    with server.client() as client:
        return sum(client.xlen(key) for key in client.keys("*:stream:*"))


async def _kill_at(replicas: Replicas, slot: int, count: int) -> None:
    while replicas.count() < count:
        await SystemClock().sleep(0.1)
    await replicas.replace(slot)


async def _until(server: RedisServer, replicas: Replicas, updates: int) -> None:
    """Wait until all that was brought is done."""
    while replicas.count() + replicas.written("told").total() < updates:
        await SystemClock().sleep(0.1)
    while _waiting(server):
        await SystemClock().sleep(0.01)


def report(what: str, result: Result, updates: int) -> None:
    """Print one row."""
    twice = sum(count > 1 for count in result.acted.values())
    lost = updates - len(result.acted.keys() | result.told.keys())
    only_told = len(result.told.keys() - result.acted.keys())
    print(
        f"{what}: {result.rate:,.0f} updates/s over {updates:,}; acted on twice "
        f"{twice}, lost {lost}, begun by a killed one and told to their users "
        f"{result.told.total()} (of these not acted on: {only_told})"
    )


def main() -> None:
    """Measure, and print."""
    print(f"handlers wait {WAIT_S * 1_000:g} ms, {AT_ONCE} at a time in each replica")
    one = asyncio.run(measure(1, 5_000, 0))
    report("one replica", one, 5_000)
    four = asyncio.run(measure(SLOTS, 20_000, 0))
    report("four replicas", four, 20_000)
    print(f"ratio: {four.rate / one.rate:.2f}")
    updates = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    killed = asyncio.run(measure(SLOTS, updates, 2))
    report("four replicas, two of them killed (kill -9)", killed, updates)


if __name__ == "__main__":
    main()
