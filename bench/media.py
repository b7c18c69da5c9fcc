"""Files to a chat: rate, delay, losses and copies.

`python -m bench.media` measures all but the longest, `python -m bench.media burst
delay paused paced soak` what is named. Everything is real: a worker, a sandbox in a
process of its own, HTTP on loopback.
"""

import asyncio
import hashlib
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.spread import Spread
from coderbot import wire
from coderbot.sandbox.client import Message, SandboxClient, SandboxUser
from coderbot.sandbox.tokenfile import load_tokens
from tests.fakes.worker import RunningWorker, running_worker, worker_environment

_USER = 1001
_FILE_BYTES = 100_000
_SENDING = ("sendDocument", "sendMediaGroup")
_PACED = ("-m", "coderbot.worker")
_UNPACED = ("-m", "tests.fakes.unpaced")


@dataclass(frozen=True, slots=True)
class Stage:
    """A sandbox with one bot, and where its worker lives."""

    directory: Path
    url: str
    client: SandboxClient
    bot_id: int
    seen: dict[int, Message] = field(default_factory=dict)
    """Files in the chat by the number of their message: it forgets old ones."""

    @property
    def root(self) -> Path:
        """Where files for users go."""
        return self.directory / "media" / "bot-0"

    @property
    def user(self) -> SandboxUser:
        """Who gets them."""
        return self.client.user(_USER, self.bot_id)

    @asynccontextmanager
    async def worker(
        self, program: tuple[str, ...] = _UNPACED
    ) -> AsyncIterator[RunningWorker]:
        """Run a worker; it is killed at the end."""
        token = load_tokens(self.directory / "tokens")[0]
        settings = worker_environment(self.url, token, self.directory)
        async with running_worker(settings, self.directory, program=program) as worker:
            yield worker

    async def sent(self, count: int, step_s: float = 0.1) -> None:
        """Wait until so many files lie in sent/."""
        while len(os.listdir(self.root / "sent")) < count:  # noqa: ASYNC110, PTH208
            await asyncio.sleep(step_s)

    async def arrived(self) -> list[Message]:
        """Return the files that came into the chat, in their order."""
        await self._look()
        return [self.seen[number] for number in sorted(self.seen)]

    async def collect(self) -> None:
        """Look into the chat again and again, until cancelled."""
        while True:
            await self._look()
            await asyncio.sleep(1)

    async def _look(self) -> None:
        messages = await self.user.messages()
        self.seen.update({each.id: each for each in messages if each.file})

    async def counts(self) -> dict[str, dict[str, int]]:
        """Return how often files were sent, by method and answer."""
        methods = (await self.client.requests(self.bot_id))["methods"]
        return {name: dict(methods[name]) for name in _SENDING if name in methods}


@asynccontextmanager
async def stage(*arguments: str) -> AsyncIterator[Stage]:
    """Run a sandbox of one bot in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        tokens = ("--token-file", str(directory / "tokens"), "--bots", "1")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "coderbot.sandbox", "--port", "0"),
            *(*tokens, *arguments),
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"TMPDIR": name},
        )
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().split()[-1].rstrip("/")
        try:
            async with SandboxClient(url) as client:
                bot_id = int((await client.bots())[0]["id"])
                yield Stage(directory, url, client, bot_id)
        finally:
            process.terminate()
            await process.wait()


def content_of(number: int, size: int = _FILE_BYTES) -> bytes:
    """Return the content of file `number`: another one for each."""
    return (hashlib.sha256(b"%d" % number).digest() * (size // 32 + 1))[:size]


def drop(root: Path, numbers: range, size: int = _FILE_BYTES) -> None:
    """Write files as a program does: open, write, close."""
    for number in numbers:
        (root / f"{number:05}.bin").write_bytes(content_of(number, size))


async def burst(count: int = 500) -> None:
    """Drop many files at once, with no rates to keep to."""
    async with stage() as the, the.worker() as worker:
        await worker.frame(wire.Ready)
        began = time.monotonic()
        await asyncio.to_thread(drop, the.root, range(count))
        dropped = time.monotonic() - began
        await the.sent(count, step_s=0.02)
        took = time.monotonic() - began
        print(
            f"{count} files, written in {dropped:.2f} s, sent after {took:.2f} s: {count / took:.0f}/s"
        )
        await _compare(the, count)


async def paced(count: int = 500) -> None:
    """Drop many files at once; the sandbox answers 429 to whoever is too fast."""
    async with stage("--budgets") as the, the.worker(_PACED) as worker:
        await worker.frame(wire.Ready)
        began = time.monotonic()
        await asyncio.to_thread(drop, the.root, range(count))
        await the.sent(count)
        took = time.monotonic() - began
        print(f"with budgets: {count} files sent after {took:.0f} s")
        await _compare(the, count)


async def _compare(the: Stage, count: int, size: int = _FILE_BYTES) -> None:
    """Print what arrived: once, twice, not at all, damaged, out of order."""
    messages = await the.arrived()
    names = [str(each.file["name"]) for each in messages if each.file]
    copies = Counter(names)
    damaged = 0
    for message, name in zip(messages, names, strict=True):
        damaged += await message.download() != content_of(int(name[:5]), size)
    print(
        f"  arrived {len(copies)}, missing {count - len(copies)}, "
        f"twice {sum(copies.values()) - len(copies)}, damaged {damaged}, "
        f"in order: {list(copies) == sorted(copies)}; calls {await the.counts()}"
    )


async def delay(runs: int = 30) -> None:
    """Measure from close() to the arrival of the request."""
    async with stage() as the, the.worker() as worker:
        await worker.frame(wire.Ready)
        values = []
        for number in range(runs):
            await asyncio.sleep(random.uniform(0.3, 0.5))
            path, content = the.root / f"{number:05}.bin", content_of(number)
            with path.open("wb") as file:
                file.write(content)
            closed = time.monotonic()
            await the.client.wait_calls(the.bot_id, "sendDocument", number + 1)
            recent = (await the.client.requests(the.bot_id))["recent"]
            at = [call["at"] for call in recent if call["method"] == "sendDocument"]
            values.append((at[-1] - closed) * 1_000)
        print(f"close() to the request, 100 kB, ms: {Spread(tuple(values))}")


async def paused() -> None:
    """Write a file over ten seconds, with pauses of three."""
    async with stage() as the, the.worker() as worker:
        await worker.frame(wire.Ready)
        content = content_of(7)
        with (the.root / "00007.bin").open("wb", buffering=0) as file:
            for part in range(4):
                file.write(content[part * 25_000 : (part + 1) * 25_000])
                await asyncio.sleep(3 if part < 3 else 1)
        await the.sent(1)
        print("written over 10 s with pauses of 3 s:")
        (message,) = await the.arrived()
        whole = await message.download() == content
        print(f"  arrived once, {'whole' if whole else 'DAMAGED'}")


async def soak(count: int = 10_000, size: int = 10_000, life_s: float = 5.0) -> None:
    """Kill the worker again and again while requests fail."""
    async with stage() as the:
        the.root.mkdir(parents=True)
        (the.root / "sent").mkdir()
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            failing = group.create_task(_fail_some(the))
            collecting = group.create_task(the.collect())
            dropping = group.create_task(_drop_slowly(the, count, size))
            deaths = 0
            while len(os.listdir(the.root / "sent")) < count:  # noqa: PTH208
                deaths += await _live(the, count, life_s)
            await dropping
            failing.cancel()
            collecting.cancel()
        took = time.monotonic() - began
        await the.client.clear_faults()
        left = sorted(path.name for path in the.root.iterdir() if path.is_file())
        print(f"soak: {count} files of {size} bytes in {took:.0f} s, {deaths} kills")
        print(f"  left beside sent/: {len(left)}")
        await _compare(the, count, size)


async def _drop_slowly(the: Stage, count: int, size: int) -> None:
    """Drop the files in handfuls, all the time."""
    for first in range(0, count, 50):
        await asyncio.to_thread(
            drop, the.root, range(first, min(first + 50, count)), size
        )
        await asyncio.sleep(0.05)


async def _fail_some(the: Stage) -> None:
    """Let one of twenty requests fail, in every way in turn."""
    faults = [("500", False), ("502", False), ("reset", False), ("reset", True)]
    done, seen = 0, 0
    while True:
        calls = await the.counts()
        seen = sum(each.get("calls", 0) for each in calls.values())
        while done < seen // 20:
            kind, after = faults[done % len(faults)]
            method = random.choice(_SENDING)
            await the.client.fault(kind, method=method, after=after)
            done += 1
        await asyncio.sleep(0.02)


async def _live(the: Stage, count: int, life_s: float) -> int:
    """Run a worker for a while; returns whether it had to be killed."""
    async with the.worker() as worker:
        try:
            async with asyncio.timeout(life_s):
                await the.sent(count)
        except TimeoutError:
            worker.signal(signal.SIGKILL)
            await worker.ended()
            return 1
    return 0


_MEASURES: dict[str, Callable[[], Awaitable[None]]] = {
    "burst": burst,
    "delay": delay,
    "paused": paused,
    "soak": soak,
    "paced": paced,
}


async def measure(names: list[str]) -> None:
    """Measure what is named."""
    for name in names:
        await _MEASURES[name]()


if __name__ == "__main__":
    asyncio.run(measure(sys.argv[1:] or ["burst", "delay", "paused"]))
