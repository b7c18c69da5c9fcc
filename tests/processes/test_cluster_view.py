"""Three real hosts, seen and steered through the commands of one of them."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from coderbot.control.client import ControlClient
from coderbot.control.failures import RequestFailedError
from coderbot.paths import StateDir
from coderbot.sandbox.server import Sandbox, running_sandbox
from tests.fakes.redis import needs_redis
from tests.fakes.sandbox import ANNA, make_bot_id, make_token
from tests.fakes.waiting import until
from tests.processes.hosts import Host, Hosts, hosts, needs_hosts

pytestmark = [needs_redis, needs_hosts, pytest.mark.timeout(200)]

TOKENS = tuple(make_token(number) for number in range(1, 7))


@pytest.fixture
async def telegram() -> AsyncIterator[Sandbox]:
    async with running_sandbox(TOKENS) as sandbox:
        yield sandbox


@pytest.fixture
async def cluster(telegram: Sandbox, tmp_path: Path) -> AsyncIterator[Hosts]:
    async with hosts(tmp_path, telegram, TOKENS) as made:
        for host in made.all.values():
            await host.start()
        await made.until(lambda: set(made.counts().values()) == {2})
        await made.polled()
        yield made


async def run(host: Host, *arguments: str, code: int | None = 0) -> str:
    """Run a command at a host as a person would; returns what it prints."""
    state = StateDir(host.directory / ".coderbot").root
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "coderbot", *arguments, "--state-dir", str(state)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=Path(__file__).parents[2],
    )
    async with asyncio.timeout(60):
        output = (await process.communicate())[0].decode()
    if code is not None:
        assert process.returncode == code, output
    return output


async def status(host: Host) -> Any:
    return json.loads(await run(host, "status", "--json"))


async def host_of(host: Host, bot: str) -> Any:
    (found,) = [each for each in (await status(host))["bots"] if each["id"] == bot]
    return found


def elsewhere(cluster: Hosts, host: str) -> tuple[str, str]:
    """Return a bot that another host runs, and that host."""
    where = cluster.where()
    bot, (owner,) = next((b, h) for b, h in sorted(where.items()) if h != [host])
    return bot, owner


async def all_running(host: Host) -> dict[str, Any]:
    """Return the status once all bots are shown as running: a beat may be between."""
    async with asyncio.timeout(30):
        while True:
            shown: dict[str, Any] = await status(host)
            if all(bot["state"] == "running" for bot in shown["bots"]):
                return shown


async def test_every_host_shows_and_steers_all_bots(cluster: Hosts) -> None:
    # Each shows the same, and whose each bot is.
    where = {bot: found[0] for bot, found in cluster.where().items()}
    for host in cluster.all.values():
        shown = await all_running(host)
        assert {bot["id"]: bot["host"] for bot in shown["bots"]} == where
        assert [each["name"] for each in shown["cluster"]["hosts"]] == ["a", "b", "c"]
    text = await run(cluster["a"], "status")
    assert "Host a of 3" in text
    assert "HOST" in text

    # Restart, stop, start and kill reach the owner.
    bot, owner = elsewhere(cluster, "a")
    before = cluster[owner].workers()[bot]
    assert f"{bot} restarted" in await run(cluster["a"], "restart", bot)
    after = cluster[owner].workers()[bot]
    assert before != after
    assert (await host_of(cluster["a"], bot))["pid"] == after
    await run(cluster["a"], "stop", bot)
    assert bot not in cluster[owner].workers()
    assert (await host_of(cluster["a"], bot))["state"] == "stopped"
    await run(cluster["a"], "start", bot)
    assert bot in cluster[owner].workers()
    await run(cluster["a"], "kill", bot)
    assert bot not in cluster[owner].workers()
    await run(cluster["a"], "restart", bot)

    # Lines are read where they are.
    await cluster.until(lambda: bot in cluster[owner].workers())
    lines = await run(cluster["a"], "logs", bot)
    assert f"[Worker {bot}] READY" in lines
    everything = await run(cluster["a"], "logs", "--grep", "READY", "-n", "100")
    assert {f"bot-{n}" for n in range(6)} <= {
        word.strip("[]") for word in everything.replace("]", "] ").split()
    }
    assert ["host", owner] in [
        line.split() for line in (await run(cluster["a"], "show", bot)).splitlines()
    ]

    # Files are deleted where they lie.
    index = bot.removeprefix("bot-")
    sent = cluster[owner].directory / f"media/bot-{index}/sent"
    if not sent.is_dir():
        (sent,) = cluster[owner].directory.rglob(f"bot-{index}/sent")
    (sent / "old.png").write_bytes(b"x" * 10)
    assert "1 file" in await run(cluster["a"], "clean-media", bot, "--yes")
    assert not (sent / "old.png").exists()
    await run(cluster["a"], "restart", "bot-99", code=2)

    # And its terminals: seen in the details of a dashboard elsewhere.
    assert await cluster.conflicts() == 0


async def test_lines_are_followed_across_hosts(cluster: Hosts) -> None:
    bot, owner = elsewhere(cluster, "a")
    state = cluster["a"].directory / ".coderbot"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-m", "coderbot", "logs", "-f", "-n", "5", bot),
        *("--state-dir", str(state)),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            await process.stdout.readline()
            await run(cluster[owner], "restart", bot)
            seen = b""
            while b"READY" not in seen:
                seen = await process.stdout.readline()
    finally:
        process.kill()
        await process.wait()
    # What is read there is not printed here as if it had been said here.
    assert "READY" not in "\n".join(
        line for line in cluster["a"].running.lines if bot in line
    )


async def test_the_cluster_is_steered_from_any_host(cluster: Hosts) -> None:
    text = await run(cluster["a"], "cluster", "status")
    assert "Host a; Redis answers" in text
    assert "6 leases" in text
    found = json.loads(await run(cluster["b"], "cluster", "status", "--json"))
    assert [each["state"] for each in found["hosts"]] == ["there", "here", "there"]
    assert [len(each["bots"]) for each in found["hosts"]] == [2, 2, 2]
    plan = await run(cluster["a"], "cluster", "rebalance", "--dry-run")
    assert plan == "Every bot is where it belongs.\n"

    # Bots of two hosts to the third, where they stay: its own give way.
    for bot in [b for b, h in sorted(cluster.where().items()) if h != ["c"]]:
        moved = await run(cluster["a"], "cluster", "move", bot, "c")
        assert moved == f"{bot} runs on c\n"
    await cluster.until(lambda: cluster.counts() == {"a": 1, "b": 1, "c": 4})
    plan = await run(cluster["a"], "cluster", "rebalance", "--dry-run")
    assert plan.splitlines()[0].split() == ["BOT", "FROM", "TO"]
    assert all(line.split()[1] == "c" for line in plan.splitlines()[1:])
    assert cluster.counts() == {"a": 1, "b": 1, "c": 4}
    assert await run(cluster["a"], "cluster", "rebalance") == plan
    await cluster.until(lambda: max(cluster.counts().values()) <= 3)

    # A host gives its bots away, and takes some again.
    drained = await run(cluster["a"], "cluster", "drain", "b")
    assert drained == "b has no bots\n"
    assert cluster["b"].workers() == {}
    # The third host knows with the next beat.
    async with asyncio.timeout(30):
        while True:
            told = await run(cluster["c"], "cluster", "status", "--json", code=None)
            if json.loads(told)["hosts"][1]["state"] == "draining":
                break
    await run(cluster["a"], "cluster", "drain", "b", "--undo")
    await cluster.until(lambda: cluster["b"].workers())

    # What cannot be is told.
    error = await run(cluster["a"], "cluster", "drain", "nowhere", code=None)
    assert "There is no host 'nowhere'" in error
    assert "Hosts: a, b, c." in error
    error = await run(cluster["a"], "cluster", "move", "bot-0", "nowhere", code=None)
    assert "There is no host 'nowhere'" in error
    error = await run(cluster["a"], "cluster", "move", "bot-77", "b", code=2)
    assert "There is no bot 'bot-77'" in error
    assert await cluster.conflicts() == 0


async def test_a_letter_of_a_stranger_is_ignored_and_told(cluster: Hosts) -> None:
    with cluster.redis.client() as stranger:
        entry = stranger.hget("{coderbot}:members", "b")
        assert isinstance(entry, bytes)
        run_id = entry.split()[0].decode()
        stranger.xadd(f"{{coderbot}}:mail:b:{run_id}", {"l": b"restart all"})
    before = cluster["b"].workers()
    await cluster.until(
        lambda: "Ignored letters to this host" in cluster["b"].running.output
    )
    assert cluster["b"].workers() == before
    # Those of friends are still heard.
    bot = next(b for b, h in cluster.where().items() if h == ["b"])
    await run(cluster["a"], "restart", bot)


async def test_a_paused_host_is_an_error_in_time_and_a_dead_one_is_shown(
    cluster: Hosts,
) -> None:
    bot = next(b for b, h in cluster.where().items() if h == ["b"])
    state = StateDir(cluster["a"].directory / ".coderbot")
    async with ControlClient.connect(state.control, lines=False) as client:
        cluster["b"].pause()
        async with asyncio.timeout(15):
            with pytest.raises(RequestFailedError, match="b did not answer"):
                await client.restart(bot)
    await cluster["b"].kill()
    await cluster.until(lambda: set(cluster.counts().values()) == {0, 3})
    text = await run(cluster["a"], "cluster", "status", code=1)
    assert "gone" in text
    # The orders of the pause are not carried out by the host when it comes back.
    await cluster["b"].start()
    await cluster.until(lambda: set(cluster.counts().values()) == {2})
    await run(cluster["a"], "cluster", "status")


async def test_a_terminal_is_seen_from_another_host(
    cluster: Hosts, telegram: Sandbox
) -> None:
    bot, _ = elsewhere(cluster, "a")
    number = int(bot.removeprefix("bot-")) + 1
    anna = telegram.client().user(ANNA, bot_id=make_bot_id(number))
    await anna.say("/xterm")
    await anna.wait_for(lambda message: message.kind in ("photo", "text"))
    path = StateDir(cluster["a"].directory / ".coderbot").control
    async with ControlClient.connect(path) as client:
        # Its heartbeat has told of it, and its host has told us.
        await until(
            lambda: any(b.bot == bot and b.terminals for b in client.bots()), 20
        )
        assert len(await client.terminals(bot)) == 1
        facts = await client.facts(bot)
        assert facts.fingerprint
        shown = client.cluster()
        assert shown is not None
        assert shown.host_of(bot) is not None
