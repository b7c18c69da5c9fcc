"""Bots are moved between hosts, by hosts and by people."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from coderbot.sandbox.server import Sandbox, running_sandbox
from tests.fakes.redis import needs_redis
from tests.fakes.sandbox import ANNA, make_bot_id, make_token
from tests.processes.hosts import LIFE_S, hosts, needs_hosts

pytestmark = [needs_redis, needs_hosts, pytest.mark.timeout(300)]

TOKENS = tuple(make_token(number) for number in range(1, 5))


def _other_clocks() -> tuple[str, ...]:
    """Return what a program is started through to see other times since the boot."""
    command = ("unshare", "-T", "--fork", "--kill-child", "--boottime", "864000")
    works = subprocess.run((*command, "true"), capture_output=True, check=False)
    if works.returncode != 0:
        pytest.skip("time namespaces are not permitted")
    return (*command, "--monotonic", "432000")


def _other_date() -> tuple[str, ...]:
    """Return what a program is started through to see another time of day."""
    if shutil.which("faketime") is None:
        pytest.skip("faketime is missing; scripts/install-test-packages.sh installs it")
    return ("env", "FAKETIME_DONT_FAKE_MONOTONIC=1", "faketime", "-f", "-3d")


@pytest.fixture
async def telegram() -> AsyncIterator[Sandbox]:
    async with running_sandbox(TOKENS) as sandbox:
        yield sandbox


async def test_a_bot_with_a_busy_terminal_stays_where_it_is(
    telegram: Sandbox, tmp_path: Path
) -> None:
    async with hosts(tmp_path, telegram, TOKENS, names=("a", "b")) as cluster:
        await cluster["a"].start()
        await cluster.until(lambda: cluster.counts()["a"] == 4)
        await cluster.polled()
        for number in (1, 2, 3):
            anna = cluster.telegram.user(ANNA, make_bot_id(number))
            await anna.say("/start")
            await anna.say("/xterm")
            await anna.wait_for(lambda message: message.kind == "photo", timeout=20)
        before = cluster["a"].workers()
        await cluster.until(
            lambda: [bot.terminals_busy for bot in cluster["a"].bots()] == [1, 1, 1, 0]
        )
        await cluster["b"].start()
        # The one without a terminal goes; two would be fair.
        await cluster.until(lambda: cluster.where().get("bot-3") == ["b"])
        await asyncio.sleep(2 * LIFE_S)
        after = cluster["a"].workers()
        assert after == {bot: before[bot] for bot in ("bot-0", "bot-1", "bot-2")}
        assert await cluster.conflicts() == 0


async def test_a_bot_waits_for_a_host_with_its_label(
    telegram: Sandbox, tmp_path: Path
) -> None:
    pins = {"CLUSTER_PIN": "bot-0:gpu,bot-1:b"}
    async with hosts(
        tmp_path, telegram, TOKENS, names=("a", "b"), settings=pins
    ) as cluster:
        await cluster["a"].start()
        await cluster["a"].running.line("bot-0 runs nowhere: no host has the label gpu")
        await cluster.until(lambda: set(cluster.where()) == {"bot-2", "bot-3"})
        shown = {bot.bot: bot.reason for bot in cluster["a"].bots()}
        assert "waits for a host with the label gpu" in shown["bot-0"]
        await cluster["b"].start(CLUSTER_LABELS="gpu")
        await cluster.until(lambda: len(cluster.where()) == 4)
        assert cluster.where()["bot-0"] == cluster.where()["bot-1"] == ["b"]
        assert cluster.counts() == {"a": 2, "b": 2}
        assert await cluster.conflicts() == 0


async def test_two_hosts_cannot_have_one_name(
    telegram: Sandbox, tmp_path: Path
) -> None:
    async with hosts(tmp_path, telegram, TOKENS, names=("a", "b")) as cluster:
        await cluster["a"].start()
        await cluster.until(lambda: cluster.counts()["a"] == 4)
        await cluster["b"].start(CLUSTER_HOST="a")
        await cluster["b"].running.line("Another host of the cluster is called a")
        assert await cluster["b"].running.process.wait() == 78
        await cluster.polled()
        assert cluster.counts()["a"] == 4
        assert await cluster.conflicts() == 0


async def test_who_was_taken_for_dead_and_replaced_gives_up_when_it_wakes(
    telegram: Sandbox, tmp_path: Path
) -> None:
    async with hosts(tmp_path, telegram, TOKENS, names=("a", "b")) as cluster:
        await cluster["a"].start()
        await cluster.until(lambda: cluster.counts()["a"] == 4)
        cluster["a"].pause()
        await cluster["b"].start(CLUSTER_HOST="a")
        await cluster.until(lambda: cluster.counts()["b"] == 4)
        await cluster.polled()
        cluster["a"].resume()
        await cluster["a"].running.line("Another host of the cluster is called a")
        assert await cluster["a"].running.process.wait() == 78
        await cluster.polled()
        assert cluster.counts()["b"] == 4
        assert await cluster.conflicts() == 0


async def test_clocks_that_differ_by_days_change_nothing(
    telegram: Sandbox, tmp_path: Path
) -> None:
    async with hosts(tmp_path, telegram, TOKENS, names=("a", "b")) as cluster:
        cluster["b"].prefix = (*_other_clocks(), *_other_date())
        await cluster["a"].start()
        await cluster["b"].start()
        await cluster.until(lambda: set(cluster.counts().values()) == {2})
        await cluster.polled()
        assert await cluster.conflicts() == 0
