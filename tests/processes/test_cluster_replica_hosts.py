"""The replicas of one bot on two hosts with real supervisors, one of which dies."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from coderbot.control.call import Conversation
from coderbot.sandbox.client import SandboxUser
from coderbot.sandbox.server import Sandbox, running_sandbox
from tests.fakes.redis import needs_redis
from tests.fakes.sandbox import make_token
from tests.processes.chat import BOT, open_terminal, say
from tests.processes.hosts import LIFE_S, TICK_S, Hosts, hosts, needs_hosts
from tests.processes.replicas import PEOPLE

pytestmark = [needs_redis, needs_hosts, pytest.mark.timeout(300)]

UNITS = {"bot-0", "bot-0.0", "bot-0.1", "bot-0.2", "bot-0.3"}
TIMING = LIFE_S, TICK_S
FAST = {"WORKER_RESTART_DELAY_SECONDS": "0.2"}
SETTINGS = {
    "BOT_REPLICAS": "bot-0:4",
    "ALLOWED_USER_IDS": ",".join(map(str, PEOPLE)),
    "AIRPLANE_MODE": "true",
}


@pytest.fixture
async def telegram() -> AsyncIterator[Sandbox]:
    async with running_sandbox([make_token(1)]) as sandbox:
        yield sandbox


async def _people(telegram: Sandbox) -> list[SandboxUser]:
    client = telegram.client()
    for number in PEOPLE:
        if number not in {user["id"] for user in await client.users()}:
            await client.add_user(number, f"User {number}")
    return [client.user(number, bot_id=BOT) for number in PEOPLE]


async def _each_once(cluster: Hosts, *names: str) -> None:
    def are() -> bool:
        where = cluster.where()
        return set(where) == UNITS and all(
            len(found) == 1 and found[0] in names for found in where.values()
        )

    await cluster.until(are)


async def test_replicas_are_spread_and_survive_the_death_of_a_host(
    telegram: Sandbox, tmp_path: Path
) -> None:
    made = hosts(tmp_path, telegram, [make_token(1)], ("a", "b"), TIMING, SETTINGS)
    async with made as cluster:
        await cluster["a"].start()
        await _each_once(cluster, "a")
        people = await _people(telegram)
        for user in people:
            await say(user, "/start", "this chat")
        await cluster["b"].start()
        await cluster.until(lambda: set(cluster.counts().values()) == {2, 3})
        await _each_once(cluster, "a", "b")
        for user in people:
            await open_terminal(user)
        where = {unit: found[0] for unit, found in cluster.where().items()}
        dead = where["bot-0.3"]
        other = "b" if dead == "a" else "a"
        lost = {slot for slot in range(4) if where[f"bot-0.{slot}"] == dead}
        await cluster[dead].kill()
        cursors = [(await user.say("/macros")).cursor for user in people]
        await _each_once(cluster, other)
        for slot, user in enumerate(people):
            await user.wait_for(lambda m: "macro" in m.text, 40, after=cursors[slot])
            told = [m for m in await user.messages() if "is lost" in m.text]
            assert len(told) == (1 if slot in lost else 0), slot
        assert await cluster.conflicts() == 0
        async with asyncio.timeout(40):
            assert await cluster[other].stop() == 0


async def test_crashes_are_counted_over_all_hosts(
    telegram: Sandbox, tmp_path: Path
) -> None:
    made = hosts(tmp_path, telegram, [make_token(1)], ("a", "b"), TIMING, FAST)
    async with made as cluster:
        await cluster["a"].start()
        await cluster.until(lambda: "bot-0" in cluster["a"].workers())
        first = cluster["a"].workers()["bot-0"]
        os.kill(first, signal.SIGKILL)
        await cluster.until(lambda: cluster["a"].workers().get("bot-0", first) != first)
        assert await cluster["a"].stop() == 0
        await cluster["b"].start()
        await cluster.until(lambda: "bot-0" in cluster["b"].workers())
        with Conversation(
            cluster["b"].directory / ".coderbot" / "control.sock"
        ) as talk:
            facts = await asyncio.to_thread(talk.facts, "bot-0")
        assert facts.everywhere is not None
        assert facts.everywhere.restarts == 1
        assert dict(facts.everywhere.exits)["SIGKILL"] == 1
        assert facts.everywhere.hosts == ("a",)
        assert facts.media == str(cluster["b"].directory / "media" / "bot-0")
