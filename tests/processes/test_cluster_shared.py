# ruff: noqa: F811 - a fixture is used by its name
"""Two hosts and one Redis: real workers share what users chose and what was done."""

import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from coderbot import wire
from coderbot.sandbox.client import SandboxUser
from coderbot.sandbox.server import Sandbox
from tests.fakes.redis import RedisServer, needs_redis
from tests.fakes.sandbox import ANNA, make_token, sandbox  # noqa: F401
from tests.fakes.shared import cluster_environment, server, until  # noqa: F401
from tests.fakes.worker import RunningWorker, running_worker, worker_environment
from tests.processes.chat import BOT, open_terminal, ready_worker, say

PREFERENCES = f"{{coderbot}}:preferences:{BOT}"

pytestmark = needs_redis


@asynccontextmanager
async def worker_on(
    sandbox: Sandbox, server: RedisServer, tmp_path: Path, host: str
) -> AsyncIterator[tuple[RunningWorker, SandboxUser]]:
    """Run the bot on a host with a state directory of its own."""
    state = str(tmp_path / f"state of {host}")
    more = cluster_environment(server, host) | {"CODERBOT_STATE_DIR": state}
    async with ready_worker(sandbox, tmp_path, **more) as pair:
        yield pair


async def test_preferences_move_with_a_bot(
    sandbox: Sandbox, server: RedisServer, tmp_path: Path
) -> None:
    async with worker_on(sandbox, server, tmp_path, "a") as (worker, anna):
        await say(anna, "/macro tests echo from-a", "tests")
        await say(anna, "/addcoder mine echo coder", "/mine")
        assert await worker.stop() == 0
    async with worker_on(sandbox, server, tmp_path, "b") as (worker, anna):
        await say(anna, "/macros", "echo from-a")
        await open_terminal(anna)
        await anna.say("[tests]")
        await anna.wait_for(lambda m: "\nfrom-a" in m.text)
        await say(anna, "/macro more echo from-b", "more")
        # Not even what was chosen just before a kill is lost.
        await until(lambda: server.client().hexists(PREFERENCES, str(ANNA)))
        assert await worker.stop() == 0
    async with worker_on(sandbox, server, tmp_path, "a") as (_, anna):
        await say(anna, "/macros", "echo from-b")
        await say(anna, "/coders", "/mine")
    for word in ("macros", "echo", "from-a"):
        assert word not in repr(server.client().hgetall(PREFERENCES))


async def test_what_one_host_did_another_does_not_repeat(
    sandbox: Sandbox, server: RedisServer, tmp_path: Path
) -> None:
    client, log = sandbox.client(), tmp_path / "home" / "log"
    async with worker_on(sandbox, server, tmp_path, "a") as (worker, anna):
        await open_terminal(anna)
        # The update arrives, and its confirmation never does.
        await client.fault("500", bot_id=BOT, method="getUpdates", count=None)
        await anna.say("echo once >> log; echo done-$((1 + 1))")
        await anna.wait_for(lambda m: "done-2" in m.text)
        worker.signal(signal.SIGKILL)
        await worker.ended()
    await client.clear_faults()
    async with worker_on(sandbox, server, tmp_path, "b") as (worker, anna):
        await say(anna, "/start", "this chat")
        assert not any("No terminal" in m.text for m in await anna.messages())
        assert log.read_text() == "once\n"
        assert await worker.stop() == 0


async def test_while_redis_is_away_updates_wait_and_none_is_lost(
    sandbox: Sandbox, server: RedisServer, tmp_path: Path
) -> None:
    log = tmp_path / "home" / "log"
    async with worker_on(sandbox, server, tmp_path, "a") as (worker, anna):
        await open_terminal(anna)
        server.pause()
        await anna.say("echo one >> log")
        await worker.line("Updates wait until Redis answers")
        await anna.say("echo two >> log")
        assert not log.exists()
        (bot,) = [b for b in await sandbox.client().bots() if b["id"] == BOT]
        assert bot["pending"] == 2
        server.resume()
        await anna.say("echo end-$((1 + 1))")
        await anna.wait_for(lambda m: "end-2" in m.text)
        assert log.read_text() == "one\ntwo\n"
        assert await worker.stop() == 0


async def test_a_stranger_in_redis_cannot_plant_a_macro(
    sandbox: Sandbox, server: RedisServer, tmp_path: Path
) -> None:
    evil = b'{"macros": {"tests": "touch planted"}, "revision": 99}'
    server.client().hset(PREFERENCES, "1001", evil)
    async with worker_on(sandbox, server, tmp_path, "a") as (worker, anna):
        await worker.line("is not sealed by us; it is ignored")
        await open_terminal(anna)
        await anna.say("[tests]; echo end-$((1 + 1))")
        await anna.wait_for(lambda m: "end-2" in m.text)
        assert not (tmp_path / "home" / "planted").exists()
        await say(anna, "/macro tests echo mine", "tests")
        assert await worker.stop() == 0
    assert server.client().hget(PREFERENCES, "1001") != evil


async def test_a_worker_waits_for_redis_at_its_start(
    sandbox: Sandbox, server: RedisServer, tmp_path: Path
) -> None:
    server.stop()
    settings = worker_environment(
        sandbox.url, make_token(1), tmp_path, **cluster_environment(server)
    )
    async with running_worker(settings, tmp_path) as worker:
        await worker.line("Preferences of other hosts are not seen")
        server.start()
        await worker.frame(wire.Ready)
        assert await worker.stop() == 0


def test_a_host_alone_imports_nothing_of_it() -> None:
    script = (
        "import sys, coderbot.worker.app\n"
        "print([n for n in sys.modules if n.split('.')[0] == 'redis'"
        " or n.startswith('coderbot.cluster')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True)
    assert done.stdout == b"[]\n"
