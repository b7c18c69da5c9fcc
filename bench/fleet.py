"""A fleet from its start to its end: `python -m bench.fleet [RUNS]`.

Ten real bots on the local sandbox without a pause between their starts, five runs;
then a hundred throw-away workers that only sleep. Processor time and memory are those
of the supervisor with the shell that waits beside it.
"""

import asyncio
import os
import shlex
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil

from coderbot.sandbox.server import UserSpec, running_sandbox
from tests.e2e.fleet import USER, Fleet, running_fleet, write_env
from tests.fakes.sandbox import make_token

_BOTS = 10
_MANY = 100
_IDLE_S = 20.0
_SETTLE_S = 8.0
_MIB = 1 << 20
_SLEEPER = """
import json, os, socket, time
channel = socket.socket(fileno=int(os.environ["CODERBOT_CHANNEL_FD"]))
def send(**frame):
    channel.sendall(json.dumps(frame).encode() + b"\\n")
send(type="ready", bot_id=1 + int(os.environ["BOT_INDEX"]), username="x", full_name="x")
while True:
    send(type="heartbeat", uptime_s=1, rss_bytes=1, terminals=0, loop_lag_ms=0,
         poll_age_s=1, media_pending=0)
    time.sleep(5)
"""


async def main(runs: int) -> None:
    """Measure, and print the medians."""
    found = [await _ten() for _ in range(runs)]
    names = list(found[0])
    for name in names:
        values = [each[name] for each in found]
        _print(name, values)
    _print(
        f"{_MANY} workers that only sleep: CPU, %",
        [await _hundred() for _ in range(min(runs, 3))],
    )
    print(f"load average at the end: {os.getloadavg()[0]:.1f}")


async def _ten() -> dict[str, float]:
    tokens = [make_token(number) for number in range(_BOTS)]
    users = (UserSpec(USER, "Anna"),)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        async with running_sandbox(tokens=tokens, users=users, port=0) as sandbox:
            write_env(
                directory,
                [token.reveal() for token in tokens],
                sandbox.url,
                WORKER_START_DELAY_SECONDS="0",
                WORKER_START_CONCURRENCY="2",
            )
            began = time.monotonic()
            async with running_fleet(directory) as fleet:
                await fleet.line(r"All \d+ workers ready", timeout=120)
                ready_s = time.monotonic() - began
                await asyncio.sleep(_SETTLE_S)
                cpu_percent, rss = await _idle(fleet)
                began = time.monotonic()
                await fleet.interrupt()
                stop_s = time.monotonic() - began
    return {
        "10 bots from the start to all READY, s": ready_s,
        "10 idle bots: CPU of the supervisor, %": cpu_percent,
        "10 idle bots: RSS of the supervisor, MiB": rss,
        "10 idle bots stopped gracefully, s": stop_s,
    }


async def _hundred() -> float:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        child = directory / "sleeper.py"
        child.write_text(_SLEEPER)
        write_env(
            directory,
            [make_token(number).reveal() for number in range(_MANY)],
            "http://127.0.0.1:9",
            CODERBOT_WORKER_CMD=shlex.join([sys.executable, "-I", "-S", str(child)]),
            WORKER_START_DELAY_SECONDS="0",
            WORKER_START_CONCURRENCY="10",
        )
        async with running_fleet(directory) as fleet:
            await fleet.line(r"All \d+ workers ready", timeout=120)
            await asyncio.sleep(_SETTLE_S)
            cpu_percent, _ = await _idle(fleet)
            await fleet.interrupt()
    return cpu_percent


async def _idle(fleet: Fleet) -> tuple[float, float]:
    """Return what the supervisor uses while nothing happens: CPU in %, MiB."""
    workers = set(fleet.workers().values())
    parent = psutil.Process(fleet.process.pid)
    own = [parent, *(each for each in parent.children() if each.pid not in workers)]
    before = sum(_cpu_s(each) for each in own)
    await asyncio.sleep(_IDLE_S)
    used_s = sum(_cpu_s(each) for each in own) - before
    rss = sum(each.memory_info().rss for each in own) / _MIB
    return 100 * used_s / _IDLE_S, rss


def _cpu_s(process: psutil.Process) -> float:
    """Return the processor time of a process, finer than its ticks."""
    paths = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
    return sum(int(path.read_text().split()[0]) for path in paths) / 1e9


def _print(name: str, values: list[float]) -> None:
    low, high = min(values), max(values)
    print(f"{name:44} {statistics.median(values):6.2f} ({low:.2f}-{high:.2f})")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
