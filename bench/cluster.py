"""Several hosts: `python -m bench.cluster [handover|commands|fleet]...`, by default all.

Hand-over and commands: `coderbot --headless` on hosts in their own network namespaces,
where that is permitted, with real workers on the sandbox. Fleet: 50 hosts and 2,000
bots on one Redis, leases only, in one process.
"""

import asyncio
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import psutil

from bench.clusterfleet import Simulation
from coderbot.cluster.membership import LIFE_S, TICK_S
from coderbot.sandbox.server import running_sandbox
from tests.fakes.redis import RedisServer
from tests.fakes.sandbox import make_token
from tests.processes.hosts import Hosts, hosts

_TRIALS = 5
_TIMING = (LIFE_S, TICK_S)
_STAMP = re.compile(r"^(\S+ ?\S*?) \[Worker bot-0\]")
_COUNT_S = 60.0


@asynccontextmanager
async def _cluster(bots: int, names: Sequence[str]) -> AsyncIterator[Hosts]:
    tokens = tuple(make_token(number) for number in range(1, bots + 1))
    with tempfile.TemporaryDirectory() as name:
        async with (
            running_sandbox(tokens) as sandbox,
            hosts(Path(name), sandbox, tokens, names, _TIMING) as cluster,
        ):
            yield cluster


async def _hand_over(how: str) -> None:
    """Stop or kill the host of a bot, and take the time until it is polled again."""
    took, starts = [], []
    async with _cluster(1, ("a", "b")) as cluster:
        await cluster["a"].start()
        await cluster.polled()
        for _ in range(_TRIALS):
            owner = cluster.where()["bot-0"][0]
            other = next(each for each in cluster.all if each != owner)
            await cluster[other].start()
            await cluster[other].running.line("Sharing the bots with")
            await asyncio.sleep(2 * TICK_S)
            began = time.monotonic()
            async with asyncio.TaskGroup() as group:
                host = cluster[owner]
                group.create_task(host.stop() if how == "stop" else host.kill())
                await cluster[other].running.line("READY")
                took.append(time.monotonic() - began)
            starts.append(_start_s(cluster[other].running.lines))
        conflicts = await cluster.conflicts()
    print(
        f"hand-over by {how}: median {statistics.median(took):.1f} s, "
        f"{min(took):.1f}-{max(took):.1f}; of it start of a worker "
        f"{statistics.median(starts):.1f} s; conflicts {conflicts}"
    )


def _start_s(lines: Sequence[str]) -> float:
    """Return how long the last worker took from its process to READY, in seconds."""
    begun = [line for line in lines if re.search("run [0-9]+ started", line)][-1]
    ready = [line for line in lines if "READY" in line][-1]
    times = [datetime.fromisoformat(line.split(" [")[0]) for line in (begun, ready)]
    return (times[1] - times[0]).total_seconds()


async def _commands() -> None:
    """Count what one host with 20 bots asks of Redis, inside of scripts too."""
    async with _cluster(20, ("a",)) as cluster:
        await cluster["a"].start()
        await cluster.until(lambda: cluster.counts()["a"] == 20, limit_s=120)
        await cluster.polled()
        await asyncio.sleep(5)
        before = _called(cluster.redis)
        await asyncio.sleep(_COUNT_S)
        counts = _called(cluster.redis) - before
    total = sum(counts.values()) / _COUNT_S
    told = ", ".join(f"{name} {n / _COUNT_S:.2f}" for name, n in counts.most_common())
    print(f"commands a second, one host with 20 bots: {total:.2f} ({told})")


def _called(redis: RedisServer) -> Counter[str]:
    stats: dict[str, dict[str, int]] = redis.client().info("commandstats")
    own = ("cmdstat_info", "cmdstat_hello", "cmdstat_client")
    return Counter(
        {
            name.removeprefix("cmdstat_"): row["calls"]
            for name, row in stats.items()
            if not name.startswith(own)
        }
    )


async def _fleet() -> None:
    """Run 50 hosts with 2,000 bots: who gets what, what moves, and what it costs."""
    with tempfile.TemporaryDirectory() as name:
        server = RedisServer(Path(name))
        server.start()
        try:
            await _simulate(server)
        finally:
            server.stop()


async def _simulate(server: RedisServer) -> None:
    redis = psutil.Process(server.pid)
    async with Simulation(server.url, hosts=50, bots=2_000) as fleet:
        await fleet.until_settled()
        print(f"50 hosts, 2,000 bots: {_spread(fleet)}")
        cpu, calls = sum(redis.cpu_times()[:2]), _called(server)
        await asyncio.sleep(_COUNT_S)
        cpu = sum(redis.cpu_times()[:2]) - cpu
        calls = _called(server) - calls
        print(
            f"Redis: {cpu / _COUNT_S:.1%} of a core, "
            f"{sum(calls.values()) / _COUNT_S / 50:.2f} commands a second and host"
        )
        before = fleet.owners()
        lost = fleet.lose()
        began = time.monotonic()
        await fleet.until_settled()
        moved = sum(fleet.owners()[key] != host for key, host in before.items())
        share = sum(host == lost for host in before.values())
        print(
            f"one host lost: {moved} moves for its share of {share} "
            f"after {time.monotonic() - began:.0f} s; {_spread(fleet)}"
        )
        before = fleet.owners()
        fleet.join(lost)
        await fleet.until_settled()
        moved = sum(fleet.owners()[key] != host for key, host in before.items())
        print(f"it comes back: {moved} moves; {_spread(fleet)}")


def _spread(fleet: Simulation) -> str:
    counts = Counter(fleet.owners().values())
    mean = statistics.mean(counts.values())
    low, high = min(counts.values()), max(counts.values())
    return f"{low} to {high} bots on each ({max(high / mean, mean / low) - 1:.1%} off)"


async def main(what: Sequence[str]) -> None:
    """Measure what is named."""
    if "handover" in what:
        await _hand_over("stop")
        await _hand_over("kill -9")
    if "commands" in what:
        await _commands()
    if "fleet" in what:
        await _fleet()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:] or ("handover", "commands", "fleet")))
