# ruff: noqa: F811 - a fixture is used by its name
"""Many files while the worker is killed and requests fail: `bench.media soak`, small."""

import asyncio
import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from coderbot import wire
from coderbot.sandbox.server import Sandbox, running_sandbox
from tests.fakes.sandbox import ANNA, make_bot_id, make_token, sandbox  # noqa: F401
from tests.fakes.worker import RunningWorker, running_worker, worker_environment
from tests.processes.chat import UNPACED

BOT = make_bot_id(1)
_FILES = 150

pytestmark = pytest.mark.timeout(120)


def _content(number: int) -> bytes:
    return b"%05d" % number * 500


async def _sent(worker: RunningWorker, count: int) -> None:
    """Wait until a worker has told of so many files."""
    await worker.until(lambda: worker.text.count("] Sent ") >= count)


async def test_nothing_is_lost_and_copies_have_their_reason(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    client = sandbox.client()
    root = tmp_path / "media" / "bot-0"
    root.mkdir(parents=True)
    for number in range(_FILES):
        (root / f"{number:05}.bin").write_bytes(_content(number))
        os.utime(root / f"{number:05}.bin", (number, number))
    for kind, after in (("500", False), ("502", False), ("reset", True)):
        await client.fault(kind, method="sendMediaGroup", after=after)
    settings = worker_environment(sandbox.url, make_token(1), tmp_path)
    for _ in range(3):
        async with running_worker(settings, tmp_path, program=UNPACED) as worker:
            await _sent(worker, 20)
            worker.signal(signal.SIGKILL)
            await worker.ended()
    async with running_worker(settings, tmp_path, program=UNPACED) as worker:
        async with asyncio.timeout(60):
            while len(list((root / "sent").iterdir())) < _FILES:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    messages = await client.user(ANNA, BOT).messages()
    names = [str(message.file["name"]) for message in messages if message.file]
    assert set(names) == {f"{number:05}.bin" for number in range(_FILES)}
    assert list(Counter(names)) == sorted(set(names))
    for message, name in zip(messages, names, strict=True):
        assert await message.download() == _content(int(name[:5]))
    # One answer was cut off by the fault, and one at most by each kill.
    assert len(names) - _FILES <= 10 * (1 + 3)
    assert [path.name for path in root.iterdir() if path.is_file()] == []


async def test_the_rates_of_telegram_are_kept(tmp_path: Path) -> None:
    async with running_sandbox(tokens=(make_token(1),), budgets=True) as sandbox:
        settings = worker_environment(sandbox.url, make_token(1), tmp_path)
        async with running_worker(settings, tmp_path) as worker:
            await worker.frame(wire.Ready)
            root = tmp_path / "media" / "bot-0"
            for burst in range(3):
                for number in range(3):
                    (root / f"{burst}{number}.txt").write_bytes(b"content")
                await _sent(worker, 3 * (burst + 1))
        client = sandbox.client()
        requests = (await client.requests(BOT))["methods"]
        assert not any("429" in counts for counts in requests.values())
        names = [m.text[:2] for m in await client.user(ANNA, BOT).messages()]
        assert names == [
            f"{burst}{number}" for burst in range(3) for number in range(3)
        ]
