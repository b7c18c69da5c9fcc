"""Several hosts of a cluster on one machine, as real as that can be."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import psutil
import pytest

from coderbot.control.call import Conversation
from coderbot.control.failures import NotRunningError
from coderbot.paths import StateDir
from coderbot.redact import Secret
from coderbot.sandbox.client import SandboxClient
from coderbot.sandbox.server import Sandbox
from coderbot.supervisor.events import BotSnapshot
from tests.e2e.fleet import Fleet, running_fleet, write_env
from tests.fakes.cluster import KEY
from tests.fakes.netns import (
    Machine,
    Network,
    network,
    own_locks,
    why_no_hosts,
    why_no_network,
)
from tests.fakes.redis import RedisServer
from tests.fakes.relay import relaying

LIFE_S = 4.0
"""Life of a lease in these tests."""
TICK_S = 0.6
LIMIT_S = 90.0
"""Longest wait for anything here."""

needs_hosts = pytest.mark.skipif(bool(why_no_hosts()), reason=why_no_hosts())


class Host:
    """One host: a directory, a place to run, and a supervisor, if it runs."""

    def __init__(
        self, name: str, directory: Path, machine: Machine | None, timing: Sequence[str]
    ) -> None:
        self.name = name
        self.directory = directory
        self.machine = machine
        self.prefix: tuple[str, ...] = ()
        """What it is started through besides."""
        self._timing = timing
        self._stack = AsyncExitStack()
        self.fleet: Fleet | None = None
        self.is_paused = False
        self.said: list[str] = []
        """By earlier runs."""

    @property
    def running(self) -> Fleet:
        assert self.fleet is not None, f"{self.name} does not run"
        return self.fleet

    async def start(self, **environment: str) -> None:
        prefix = self.machine.prefix if self.machine is not None else ()
        self.fleet = await self._stack.enter_async_context(
            running_fleet(
                self.directory,
                self._timing,
                {"PYTHONPATH": str(Path(__file__).parents[2]), **environment},
                wrapper=(*own_locks(prefix), *self.prefix),
                program=("-m", "tests.fakes.hostmain"),
            )
        )

    async def stop(self) -> int:
        """Stop it in order; returns the exit code."""
        self.running.process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(LIMIT_S):
                code = await self.running.process.wait()
        except TimeoutError:
            raise AssertionError(f"{self.name} does not end:\n{self.tail}") from None
        await self._forget()
        return code

    @property
    def tail(self) -> str:
        """The last that it has said."""
        return "\n".join(self.running.lines[-60:])

    async def kill(self) -> None:
        """Let it die at once, with all that runs on it."""
        for each in self.pause():
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        await self.running.process.wait()
        await self._forget()

    def pause(self) -> list[psutil.Process]:
        """Let all of its processes stand still."""
        tree: list[psutil.Process] = []
        self.is_paused = True
        # Until no new ones are found: they go on being born meanwhile.
        while new := [each for each in self.running.tree() if each not in tree]:
            for each in new:
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.suspend()
            tree += new
        return tree

    def pause_supervisor(self) -> None:
        """Let its supervisor alone stand still; `resume` wakes it."""
        self.is_paused = True
        psutil.Process(self.running.process.pid).suspend()

    def resume(self) -> None:
        for each in reversed(self.running.tree()):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.resume()
        self.is_paused = False

    def workers(self) -> dict[str, int]:
        """Return the pids of its workers by bot; none when it cannot be asked."""
        bots = {bot.bot: bot.pid for bot in self.bots() if bot.pid is not None}
        if not bots:
            return {}
        with contextlib.suppress(psutil.NoSuchProcess):
            own = {each.pid for each in self.running.tree()}
            return {bot: pid for bot, pid in bots.items() if pid in own}
        return {}

    def bots(self) -> Sequence[BotSnapshot]:
        """Return how its bots stand; none when it cannot be asked."""
        if self.fleet is None or self.is_paused:
            return ()
        try:
            with Conversation(StateDir(self.directory / ".coderbot").control) as talk:
                return talk.status().bots
        except NotRunningError:
            return ()

    def output_of(self, bot: str) -> str:
        """Return what it has said about a bot, in all its runs."""
        return "\n".join(line for line in self.said if bot in line)

    async def _forget(self) -> None:
        self.said += self.running.lines
        self.is_paused = False
        await self._stack.aclose()
        self.fleet = None

    async def close(self) -> None:
        if self.fleet is not None and self.fleet.process.returncode is None:
            self.resume()
        await self._stack.aclose()


class Hosts:
    """The hosts, their Redis, and their Telegram."""

    def __init__(
        self, redis: RedisServer, telegram: SandboxClient, tokens: Sequence[Secret]
    ) -> None:
        self.redis = redis
        self.telegram = telegram
        self.tokens = tokens
        self.all: dict[str, Host] = {}

    def __getitem__(self, name: str) -> Host:
        return self.all[name]

    def where(self) -> dict[str, list[str]]:
        """Return on which hosts each bot has a worker."""
        found: dict[str, list[str]] = {}
        for host in self.all.values():
            for bot in host.workers():
                found.setdefault(bot, []).append(host.name)
        return found

    def counts(self) -> dict[str, int]:
        return {name: len(host.workers()) for name, host in self.all.items()}

    async def until(
        self, check: Callable[[], object], limit_s: float = LIMIT_S
    ) -> None:
        """Wait until `check` holds."""
        try:
            async with asyncio.timeout(limit_s):
                while not await asyncio.to_thread(check):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"not so: {self.where()}\n{self.output()}") from None

    async def each_once(self, *names: str) -> None:
        """Wait until each bot has one worker, on one of these hosts, and is polled."""

        def are() -> bool:
            where = self.where()
            return len(where) == len(self.tokens) and all(
                len(found) == 1 and found[0] in names for found in where.values()
            )

        await self.until(are)
        await self.polled()

    async def even(self) -> None:
        """Wait until each host has its share, and each bot is polled."""
        share = len(self.tokens) // len(self.all)
        await self.until(lambda: set(self.counts().values()) == {share})
        await self.each_once(*self.all)

    async def polled(self) -> None:
        """Wait until every bot is polled."""
        async with asyncio.TaskGroup() as group:
            for token in self.tokens:
                number = int(token.reveal().partition(":")[0])
                group.create_task(self.telegram.wait_polling(number, LIMIT_S))

    async def conflicts(self) -> int:
        """Return how often Telegram has seen two pollers."""
        counts = await self.telegram.requests()
        return int(counts["methods"].get("getUpdates", {}).get("409", 0))

    def output(self) -> str:
        parts = (
            f"== {host.name}\n{host.fleet.output}"
            for host in self.all.values()
            if host.fleet is not None
        )
        return "\n".join(parts)


@asynccontextmanager
async def hosts(
    directory: Path,
    sandbox: Sandbox,
    tokens: Sequence[Secret],
    names: Sequence[str] = ("a", "b", "c"),
    timing: tuple[float, float] = (LIFE_S, TICK_S),
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Hosts]:
    """Make hosts, each in its own network namespace where that is permitted.

    None runs yet. Their locks are their own in any case.
    """
    async with AsyncExitStack() as stack:
        net = stack.enter_context(network()) if not why_no_network() else None
        port = _free_port(net.address) if net is not None else 0
        redis = RedisServer(directory, net.address if net is not None else "", port)
        redis.start()
        stack.callback(redis.stop)
        made = Hosts(redis, sandbox.client(), tokens)
        url = redis.url if net is None else f"redis://{net.address}:{port}"
        for name in names:
            place = directory / name
            place.mkdir()
            write_env(
                place,
                [token.reveal() for token in tokens],
                sandbox.url,
                CLUSTER_REDIS_URL=url,
                CLUSTER_KEY=KEY,
                CLUSTER_HOST=name,
                **(settings or {}),
            )
            machine = None if net is None else await _plugged(net, sandbox, stack)
            host = Host(name, place, machine, [f"{each:g}" for each in timing])
            made.all[name] = host
            stack.push_async_callback(host.close)
        yield made


async def _plugged(net: Network, sandbox: Sandbox, stack: AsyncExitStack) -> Machine:
    """Add a machine on which Telegram can be reached as everywhere: on loopback."""
    machine = net.machine()
    port = int(sandbox.url.rpartition(":")[2])
    outer = await stack.enter_async_context(
        relaying((net.address, 0), ("127.0.0.1", port))
    )
    process = await asyncio.create_subprocess_exec(
        *machine.prefix,
        *(sys.executable, "-m", "tests.fakes.relay"),
        *(f"127.0.0.1:{port}", f"{net.address}:{outer}"),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    stack.push_async_callback(process.wait)
    stack.callback(_kill, process)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return machine


def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()


def _free_port(address: str) -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])
