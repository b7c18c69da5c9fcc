"""How soon the screen follows a command: `python -m bench.live`.

Everything is real: a worker, a bash on a PTY, HTTP to the sandbox with Telegram's
rates enforced. Each run begins after a pause, as somebody does who reads and types;
the time runs from sending `echo hi` to the arrival of the edited message.
"""

import asyncio
import tempfile
import time
from pathlib import Path

from bench.spread import Spread
from coderbot import wire
from coderbot.sandbox.client import SandboxUser
from coderbot.sandbox.server import Sandbox, running_sandbox
from tests.fakes.sandbox import ANNA, make_bot_id, make_token
from tests.fakes.worker import running_worker, worker_environment

_RUNS = 20
_PAUSE_S = 4.0
"""Between two commands, in seconds: the chat is quiet again then."""


async def measure() -> None:
    """Measure pictures and texts, and print both."""
    for mode in ("false", "true"):
        async with running_sandbox((make_token(1),), budgets=True) as sandbox:
            spread = await _first_edits(sandbox, mode)
            refused = await _refused(sandbox)
        kind = "text" if mode == "true" else "picture"
        print(f"first edit after `echo hi` ({kind}), ms: {spread}   429s: {refused}")


async def _first_edits(sandbox: Sandbox, as_text: str) -> Spread:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        settings = worker_environment(
            sandbox.url, make_token(1), place, AIRPLANE_MODE=as_text
        )
        async with running_worker(settings, place) as worker:
            await worker.frame(wire.Ready)
            anna = sandbox.client().user(ANNA, make_bot_id(1))
            await anna.say("/xterm")
            await anna.wait_for(lambda m: bool(m.buttons))
            values = []
            for _ in range(_RUNS):
                await asyncio.sleep(_PAUSE_S)
                values.append(await _first_edit(anna))
            return Spread(tuple(values))


async def _first_edit(anna: SandboxUser) -> float:
    """Return the time until the screen was edited, in milliseconds."""
    started = time.perf_counter()
    await anna.say("echo hi")
    await anna.wait_for(lambda m: m.edits > 0)
    return (time.perf_counter() - started) * 1_000


async def _refused(sandbox: Sandbox) -> int:
    counts = (await sandbox.client().requests(make_bot_id(1)))["methods"]
    return sum(int(each.get("429", 0)) for each in counts.values())


if __name__ == "__main__":
    asyncio.run(measure())
