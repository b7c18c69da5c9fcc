"""Half an hour of faults, one after the other: `pytest -m long`.

CODERBOT_FAULT_MINUTES and CODERBOT_FAULT_SEED change how long, and which.
"""

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from coderbot.sandbox.server import Sandbox, running_sandbox
from tests.fakes.redis import needs_redis
from tests.fakes.sandbox import ANNA, make_bot_id, make_token
from tests.processes.hosts import LIFE_S, Host, Hosts, hosts, needs_hosts

MINUTES = float(os.environ.get("CODERBOT_FAULT_MINUTES", "30"))
SEED = int(os.environ.get("CODERBOT_FAULT_SEED", "0")) or random.randrange(1, 10**6)

pytestmark = [
    needs_redis,
    needs_hosts,
    pytest.mark.long,
    pytest.mark.timeout(MINUTES * 60 + 300),
]

TOKENS = tuple(make_token(number) for number in range(1, 7))
Fault = Callable[[Hosts, Host, random.Random], Awaitable[None]]


@pytest.fixture
async def telegram() -> AsyncIterator[Sandbox]:
    async with running_sandbox(TOKENS) as sandbox:
        yield sandbox


async def _stop(_cluster: Hosts, host: Host, _chance: random.Random) -> None:
    # It may not have begun yet to hear signals.
    assert await host.stop() in (0, -signal.SIGTERM)
    await host.start()


async def _kill(_cluster: Hosts, host: Host, chance: random.Random) -> None:
    await host.kill()
    await asyncio.sleep(chance.uniform(0, 2 * LIFE_S))
    await host.start()


async def _pause(_cluster: Hosts, host: Host, chance: random.Random) -> None:
    host.pause()
    await asyncio.sleep(chance.uniform(0, 2 * LIFE_S))
    host.resume()


async def _pause_supervisor(_cluster: Hosts, host: Host, chance: random.Random) -> None:
    host.pause_supervisor()
    await asyncio.sleep(chance.uniform(0, 2 * LIFE_S))
    host.resume()


async def _cut(_cluster: Hosts, host: Host, chance: random.Random) -> None:
    if host.machine is not None:
        host.machine.cut()
        await asyncio.sleep(chance.uniform(0, 2 * LIFE_S))
        host.machine.mend()


async def _pause_redis(cluster: Hosts, _host: Host, chance: random.Random) -> None:
    cluster.redis.pause()
    await asyncio.sleep(chance.uniform(0, 2 * LIFE_S))
    cluster.redis.resume()


async def _restart_redis(cluster: Hosts, _host: Host, chance: random.Random) -> None:
    cluster.redis.kill()
    await asyncio.sleep(chance.uniform(0, LIFE_S / 4))
    cluster.redis.start()


async def _flush_redis(cluster: Hosts, _host: Host, _chance: random.Random) -> None:
    cluster.redis.client().flushall()


FAULTS: tuple[Fault, ...] = (
    _stop,
    _kill,
    _pause,
    _pause_supervisor,
    _cut,
    _pause_redis,
    _restart_redis,
    _flush_redis,
)


async def test_whatever_happens_nobody_polls_twice_or_answers_twice(
    telegram: Sandbox, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    done: list[str] = []
    said = dict.fromkeys(range(1, len(TOKENS) + 1), 0)
    async with hosts(tmp_path, telegram, TOKENS) as cluster:
        for host in cluster.all.values():
            await host.start()
        await cluster.even()
        user = cluster.telegram.user(ANNA, make_bot_id(1))
        await user.say("/help")
        answer = await user.wait_for(timeout=LIFE_S * 5)
        said[1] += 1
        ends = time.monotonic() + MINUTES * 60
        while time.monotonic() < ends:
            number = chance.choice(list(said))
            user = cluster.telegram.user(ANNA, make_bot_id(number))
            await user.say("/help")
            said[number] += 1
            fault, host = (
                chance.choice(FAULTS),
                chance.choice(list(cluster.all.values())),
            )
            done.append(f"{fault.__name__} {host.name}")
            await fault(cluster, host, chance)
            if chance.random() < 0.5:
                # Half of the faults meet a cluster that has not yet got over the last.
                await cluster.even()
            assert await cluster.conflicts() == 0, f"seed {SEED}: {done[-5:]}"
        await cluster.even()
        assert await cluster.conflicts() == 0
        for number, count in said.items():
            user = cluster.telegram.user(ANNA, make_bot_id(number))
            texts = [m.text for m in await user.messages() if m.from_bot]
            answers = texts.count(answer.text)
            assert answers <= count, f"bot {number}, seed {SEED}: {texts} of {count}"
        print(f"seed {SEED}: {len(done)} faults, {sum(said.values())} questions")  # noqa: T201
