"""Several hosts share the bots: each bot is polled by exactly one of them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from coderbot.control.call import Conversation
from coderbot.paths import StateDir
from coderbot.sandbox.server import Sandbox, running_sandbox
from tests.fakes.netns import why_no_network
from tests.fakes.redis import needs_redis
from tests.fakes.sandbox import ANNA, make_bot_id, make_token
from tests.processes.hosts import LIFE_S, Host, Hosts, hosts, needs_hosts

pytestmark = [needs_redis, needs_hosts, pytest.mark.timeout(300)]

_LEASES = "{coderbot}:leases"
TOKENS = tuple(make_token(number) for number in range(1, 7))


@pytest.fixture
async def telegram() -> AsyncIterator[Sandbox]:
    async with running_sandbox(TOKENS) as sandbox:
        yield sandbox


@pytest.fixture
async def cluster(telegram: Sandbox, tmp_path: Path) -> AsyncIterator[Hosts]:
    async with hosts(tmp_path, telegram, TOKENS) as made:
        yield made


async def _all_running(cluster: Hosts) -> None:
    """Start all hosts, and wait until each has its share, and all bots are polled."""
    for host in cluster.all.values():
        await host.start()
    await cluster.even()


def _on(cluster: Hosts, host: str) -> list[str]:
    return [bot for bot, found in cluster.where().items() if found == [host]]


def _talk(host: Host) -> Conversation:
    return Conversation(StateDir(host.directory / ".coderbot").control)


async def test_a_host_that_is_stopped_hands_over_at_once(cluster: Hosts) -> None:
    await _all_running(cluster)
    moving = _on(cluster, "a")
    assert await cluster["a"].stop() == 0
    for bot in moving:
        assert "goes to" in cluster["a"].output_of(bot)
    await cluster.each_once("b", "c")
    # They were handed over, and not waited for.
    await cluster["b"].running.line("Host a has left")
    await cluster["a"].start()
    await cluster.even()
    assert await cluster.conflicts() == 0


async def test_a_host_that_dies_is_replaced(cluster: Hosts) -> None:
    await _all_running(cluster)
    await cluster["b"].kill()
    await cluster.each_once("a", "c")
    assert await cluster.conflicts() == 0


async def test_a_host_that_slept_past_its_leases_acts_on_nothing(
    cluster: Hosts,
) -> None:
    await _all_running(cluster)
    lost = _on(cluster, "a")
    cluster["a"].pause()
    for number in range(1, len(TOKENS) + 1):
        await cluster.telegram.user(ANNA, make_bot_id(number)).say("/help")
    await cluster.each_once("b", "c")
    cluster["a"].resume()
    await cluster["a"].running.line("belongs to another host now", len(lost))
    await cluster.even()
    sent = [
        await cluster.telegram.calls(make_bot_id(number), "sendMessage")
        for number in range(1, len(TOKENS) + 1)
    ]
    assert len(set(sent)) == 1, "somebody was answered twice, or not at all"
    assert sent[0] > 0
    assert await cluster.conflicts() == 0


async def test_workers_keep_to_their_leases_while_their_supervisor_sleeps(
    cluster: Hosts,
) -> None:
    await _all_running(cluster)
    cluster["a"].pause_supervisor()
    await cluster.each_once("b", "c")
    cluster["a"].resume()
    await cluster.even()
    assert await cluster.conflicts() == 0


async def test_a_host_that_is_cut_off_stops_its_workers_and_says_so(
    cluster: Hosts,
) -> None:
    machine = cluster["a"].machine
    if machine is None:
        pytest.skip(why_no_network())
    await _all_running(cluster)
    machine.cut()
    await cluster["a"].running.line("Redis is lost: 2 workers stop")
    await cluster.until(lambda: cluster.counts()["a"] == 0)
    await cluster.each_once("b", "c")
    machine.mend()
    await cluster["a"].running.line("renewed again")
    await cluster.even()
    assert await cluster.conflicts() == 0


async def test_without_redis_all_stop_in_time_and_start_again(cluster: Hosts) -> None:
    await _all_running(cluster)
    before = cluster.where()
    cluster.redis.pause()
    for host in cluster.all.values():
        await host.running.line("Redis is lost: 2 workers stop")
    await cluster.until(lambda: not cluster.where())
    cluster.redis.resume()
    await cluster.even()
    assert cluster.where() == before
    assert await cluster.conflicts() == 0


@pytest.mark.parametrize("how", ["restarted", "flushed"])
async def test_redis_that_forgets_everything_stops_no_bot(
    how: str, cluster: Hosts
) -> None:
    await _all_running(cluster)
    before = {name: host.workers() for name, host in cluster.all.items()}
    if how == "flushed":
        cluster.redis.client().flushall()
    else:
        cluster.redis.kill()
        cluster.redis.start()
    # Long enough for others to have taken what was forgotten.
    await asyncio.sleep(2 * LIFE_S)
    assert {name: host.workers() for name, host in cluster.all.items()} == before
    assert any(
        "Redis has no leases" in each.running.output for each in cluster.all.values()
    )
    await cluster.polled()
    assert await cluster.conflicts() == 0


async def test_what_a_person_has_stopped_stays_stopped_on_the_next_host(
    cluster: Hosts,
) -> None:
    await _all_running(cluster)
    stopped = _on(cluster, "a")[0]
    with _talk(cluster["a"]) as talk:
        talk.act("stop", stopped)
    client = cluster.redis.client()

    def is_off() -> bool:
        return any(str(each).endswith(" o'") for each in client.hvals(_LEASES))

    await cluster.until(is_off)
    await cluster["a"].kill()

    def others_run() -> bool:
        where = cluster.where()
        return len(where) == len(TOKENS) - 1 and stopped not in where

    await cluster.until(others_run)
    await asyncio.sleep(LIFE_S)
    assert others_run()


async def test_an_upgrade_host_by_host_leaves_no_bot_without_a_host(
    cluster: Hosts,
) -> None:
    await _all_running(cluster)
    for name, host in cluster.all.items():
        assert await host.stop() == 0
        await cluster.each_once(*(each for each in cluster.all if each != name))
        await host.start()
        await cluster.even()
    assert await cluster.conflicts() == 0


async def test_a_bot_of_another_host_is_started_there_and_not_here(
    cluster: Hosts,
) -> None:
    await _all_running(cluster)
    elsewhere = _on(cluster, "b")[0]
    with _talk(cluster["a"]) as talk:
        talk.act("start", elsewhere)
        shown = {bot.bot: bot.host for bot in talk.status().bots}
    assert shown[elsewhere] == "b"
    assert {shown[bot] for bot in _on(cluster, "a")} == {"a"}
    assert cluster.where()[elsewhere] == ["b"]
