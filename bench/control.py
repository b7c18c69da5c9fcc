"""How soon a supervisor answers: over its socket, and to `coderbot status`.

`python -m bench.control [BOTS]` runs a fleet on the local sandbox.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from coderbot.control.call import Conversation
from coderbot.redact import Secret
from coderbot.sandbox.server import UserSpec, running_sandbox
from tests.e2e.fleet import USER, clean_environment, running_fleet, write_env
from tests.fakes.sandbox import make_token

_STATUS = [sys.executable, "-m", "coderbot", "status"]


def _median_ms(times: int, run: Callable[[], object]) -> float:
    found = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        found.append(time.perf_counter() - began)
    return statistics.median(found) * 1000


def _measure(directory: Path) -> None:
    path = directory / ".coderbot" / "control.sock"

    def connect_and_ask() -> None:
        with Conversation(path) as talk:
            talk.status()

    def command() -> None:
        environment = clean_environment()
        subprocess.run(
            _STATUS,
            cwd=directory,
            env=environment,
            stdout=subprocess.DEVNULL,
            check=True,
        )

    with Conversation(path) as talk:
        print(f"round trip on the socket   {_median_ms(200, talk.status):8.2f} ms")
    print(f"connect, hello and status  {_median_ms(50, connect_and_ask):8.2f} ms")
    print(f"`coderbot status`          {_median_ms(10, command):8.0f} ms")


async def _main(bots: int) -> None:
    tokens = [make_token(number) for number in range(bots)]
    users = (UserSpec(USER, "Anna"),)
    secrets = [Secret(token.reveal()) for token in tokens]
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        async with running_sandbox(tokens=secrets, users=users, port=0) as sandbox:
            write_env(directory, [token.reveal() for token in tokens], sandbox.url)
            async with running_fleet(directory) as fleet:
                await fleet.line(r"All \d+ workers ready", timeout=120)
                await asyncio.to_thread(_measure, directory)
                await fleet.interrupt()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
