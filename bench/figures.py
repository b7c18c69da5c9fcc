"""Latency of /screen, and memory of worker and parent: `python -m bench.figures`.

Everything is real: the program headless, a bash on a PTY, HTTP to the sandbox. The
sandbox runs in this process, so its work counts into the latency as well.
"""

import asyncio
import tempfile
import time
from pathlib import Path

import psutil

from bench.spread import Spread
from coderbot.sandbox.client import Message, SandboxUser
from coderbot.sandbox.server import UserSpec, running_sandbox
from tests.e2e.fleet import USER, Fleet, running_fleet, write_env
from tests.fakes.sandbox import make_bot_id, make_token

_RUNS = 20
_QUIET_S = 2.5
"""Between two pictures, in seconds: a chat takes about one message a second. A run that
begins before the last one is paid for would measure the clock of the chat."""
_MIB = 1 << 20
_BOTS = 3

_DENSE = """
import random
random.seed(7)
rows = []
for row in range(49):
    cells = []
    for _ in range(99):
        fore, back = random.randrange(16, 256), random.randrange(16, 256)
        cells.append(f"\\x1b[38;5;{fore};48;5;{back}m{chr(random.randrange(33, 127))}")
    rows.append("".join(cells) + "\\x1b[0m")
print("\\x1b[2J\\x1b[H" + "\\r\\n".join(rows), end="", flush=True)
input()
"""
"""A program that fills 100x50 with one colour pair a cell: the worst picture."""


async def measure() -> None:
    """Measure everything and print it."""
    tokens = [make_token(number) for number in range(_BOTS)]
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        async with running_sandbox(tokens, (UserSpec(USER, "Anna"),)) as sandbox:
            write_env(directory, [t.reveal() for t in tokens], sandbox.url)
            started = time.monotonic()
            async with running_fleet(directory) as fleet:
                await fleet.line("All 3 workers ready")
                ready_after = time.monotonic() - started
                print(f"3 workers ready after {ready_after:.2f} s (start delay 0.1 s)")
                _memory(fleet, "READY")
                user = sandbox.client().user(USER, make_bot_id(0))
                await _latencies(user, directory)
                _memory(fleet, "after pictures by bot-0")
                await _flood(fleet, user, directory)
                await fleet.interrupt()


async def _latencies(user: SandboxUser, directory: Path) -> None:
    await user.say("/xterm")
    await user.wait_for(lambda m: m.kind == "photo")
    print(f"/screen, a prompt, ms:      {await _screens(user)}")
    program = directory / "dense.py"
    program.write_text(_DENSE)
    await user.say(f"exec python3 {program}")
    await user.wait_for(lambda m: m.kind == "photo" and m.edits > 0)
    print(f"/screen, dense 100x50, ms:  {await _screens(user)}")


async def _flood(fleet: Fleet, user: SandboxUser, directory: Path) -> None:
    """Print what a flood of output costs the worker, and those who use it."""
    done = directory / "done"
    status = Path(f"/proc/{fleet.workers()['bot-0']}/status")
    await user.say("/new flood")
    await _photo_after(user, await user.say("/screen"))
    await user.say(f"yes | head -c 200000000; touch {done}")
    started, answers = time.monotonic(), []
    while not done.exists():
        asked_at = time.perf_counter()
        asked = await user.say("/size")
        await user.wait_for(lambda m, after=asked.id: m.id > after and "50" in m.text)  # type: ignore[misc]
        answers.append((time.perf_counter() - asked_at) * 1_000)
        await asyncio.sleep(_QUIET_S)
    seconds = time.monotonic() - started
    peak = int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    print(
        f"yes | head -c 200M: {seconds:.0f} s, RSS of the worker at most {peak:.1f} MiB"
    )
    print(f"a reply meanwhile, ms:      {Spread(tuple(answers))}")


async def _screens(user: SandboxUser) -> Spread:
    """Measure from sending /screen to having downloaded the new photo."""
    values = []
    for _ in range(_RUNS):
        started = time.perf_counter()
        asked = await user.say("/screen")
        photo = await _photo_after(user, asked)
        await photo.download()
        values.append((time.perf_counter() - started) * 1_000)
        await asyncio.sleep(_QUIET_S)
    return Spread(tuple(values))


async def _photo_after(user: SandboxUser, asked: Message) -> Message:
    return await user.wait_for(lambda m: m.kind == "photo" and m.id > asked.id)


def _memory(fleet: Fleet, when: str) -> None:
    parent = psutil.Process(fleet.process.pid)
    workers = {bot: psutil.Process(pid) for bot, pid in fleet.workers().items()}
    sizes = [f"parent {parent.memory_info().rss / _MIB:.1f}"]
    sizes += [f"{bot} {p.memory_info().rss / _MIB:.1f}" for bot, p in workers.items()]
    print(f"RSS {when}, MiB: " + "   ".join(sizes))


if __name__ == "__main__":
    asyncio.run(measure())
