"""`coderbot --headless` under stand-ins for systemd and PM2."""

import asyncio
import json
import os
import re
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from coderbot.errors import ExitCode
from tests.e2e.conftest import World
from tests.e2e.fleet import Fleet, gone, running_fleet, shown_environment

READY = r"\[Parent\] (?:All \d workers|1 worker) ready"


class Notified:
    """A socket as systemd has it, and what it was told."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address)
        self._socket.setblocking(False)
        self.told: list[str] = []

    async def until(self, wanted: str, timeout: float = 30) -> None:
        """Read until a line begins with `wanted`, which comes after now."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(timeout):
            while True:
                data = await loop.sock_recv(self._socket, 4096)
                lines = data.decode().split("\n")
                self.told += lines
                if any(line.startswith(wanted) for line in lines):
                    return

    def drain(self) -> None:
        """Read all that there is now."""
        try:
            while True:
                self.told += self._socket.recv(4096).decode().split("\n")
        except BlockingIOError:
            pass

    def close(self) -> None:
        self._socket.close()


@pytest.mark.parametrize("abstract", [False, True])
async def test_systemd_is_told_of_the_whole_life(world: World, abstract: bool) -> None:
    world.env(bots=2)
    path = world.directory / "notify"
    name = f"coderbot-test-{os.getpid()}"
    systemd = Notified(f"\0{name}" if abstract else str(path))
    environment = {
        "NOTIFY_SOCKET": f"@{name}" if abstract else str(path),
        "WATCHDOG_USEC": "500000",
    }
    async with running_fleet(world.directory, environment=environment) as fleet:
        await systemd.until("READY=1")
        assert re.search(READY, fleet.output) or await fleet.line(READY, timeout=1)
        assert "STATUS=2 of 2 bots running" in systemd.told
        assert systemd.told.index("STATUS=0 of 2 bots running") < systemd.told.index(
            "READY=1"
        )
        assert "STOPPING=1" not in systemd.told
        before = systemd.told.count("WATCHDOG=1")
        for _ in range(3):
            await systemd.until("WATCHDOG=1", timeout=2)
        assert systemd.told.count("WATCHDOG=1") == before + 3
        os.kill(fleet.workers()["bot-1"], signal.SIGKILL)
        await systemd.until("STATUS=1 of 2 bots running, 1 waiting")
        for pid in fleet.workers().values():
            environ = shown_environment(pid)
            assert not {"NOTIFY_SOCKET", "WATCHDOG_USEC"} & set(environ)
        fleet.process.terminate()
        await systemd.until("STOPPING=1")
        assert await fleet.process.wait() == ExitCode.OK
        systemd.drain()
        assert "Traceback" not in fleet.output
    systemd.close()
    assert systemd.told.count("READY=1") == 1
    assert "STATUS=Stopping: 0 of 2 bots running" in systemd.told


async def test_systemd_hears_of_a_fleet_that_is_not_complete(world: World) -> None:
    world.env(bots=2)
    await world.client.revoke_bot(world.user(0).bot_id)
    systemd = Notified(str(world.directory / "notify"))
    environment = {"NOTIFY_SOCKET": str(world.directory / "notify")}
    async with running_fleet(world.directory, environment=environment) as fleet:
        await systemd.until("READY=1")
        assert "STATUS=1 of 2 bots running, 1 failed" in systemd.told
        assert "WATCHDOG=1" not in systemd.told
        await fleet.interrupt()
    systemd.close()


async def test_a_notify_socket_without_a_listener_harms_nothing(world: World) -> None:
    world.env(bots=1)
    environment = {"NOTIFY_SOCKET": str(world.directory / "nobody")}
    async with running_fleet(world.directory, environment=environment) as fleet:
        await fleet.line(READY)
        assert await fleet.interrupt() == ExitCode.OK
    assert fleet.output.count("systemd cannot be told") == 1


class Pm2:
    """The other end of PM2's channel, and what came over it."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._channel.setblocking(False)
        self._rest = b""
        self.said: list[Any] = []

    async def until(self, kind: str, timeout: float = 30) -> Any:
        """Return the next message of a type; `ready` is one too."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(timeout):
            while True:
                while b"\n" in self._rest:
                    line, self._rest = self._rest.split(b"\n", 1)
                    value = json.loads(line)
                    self.said.append(value)
                    if value == kind or (
                        isinstance(value, dict) and value.get("type") == kind
                    ):
                        return value
                data = await loop.sock_recv(self._channel, 1 << 16)
                assert data, "the program has closed the channel"
                self._rest += data

    async def send(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._channel, data)

    async def trigger(self, bot: str) -> Any:
        """Do what `pm2 trigger coderbot restart BOT` does; return the answer."""
        order = {"msg": "restart", "opts": bot, "name": "coderbot"}
        await self.send(json.dumps(order).encode() + b"\n")
        return (await self.until("axm:reply"))["data"]["return"]

    def close(self) -> None:
        self._channel.close()


@asynccontextmanager
async def under_pm2(directory: Path) -> AsyncIterator[tuple[Fleet, Pm2]]:
    ours, theirs = socket.socketpair()
    environment = {
        "NODE_CHANNEL_FD": str(theirs.fileno()),
        "NODE_CHANNEL_SERIALIZATION_MODE": "json",
        "pm_id": "0",
        "name": "coderbot",
        "unique_id": "u",
        "kill_timeout": "16000",
    }
    pm2 = Pm2(ours)
    descriptors = (theirs.fileno(),)
    async with running_fleet(
        directory, environment=environment, pass_fds=descriptors
    ) as fleet:
        theirs.close()
        try:
            yield fleet, pm2
        finally:
            pm2.close()


async def test_pm2_hears_ready_and_numbers_and_restarts_a_bot(world: World) -> None:
    world.env(bots=2)
    async with under_pm2(world.directory) as (fleet, pm2):
        action = await pm2.until("axm:action")
        assert action["data"]["action_name"] == "restart"
        await pm2.until("ready")
        await fleet.line(READY)
        shown: dict[str, Any] = {}
        while shown.get("Workers up", {}).get("value") != 2:
            shown = (await pm2.until("axm:monitor"))["data"]
        assert shown["Restarts"]["value"] == 0
        before = fleet.workers()
        answer = await pm2.trigger("bot-1")
        after = fleet.workers()
        assert answer == {"success": True, "restarted": {"bot-1": after["bot-1"]}}
        assert after["bot-1"] != before["bot-1"]
        assert after["bot-0"] == before["bot-0"]
        # Metrics go on, and show it.
        while shown["Restarts"]["value"] != 1:
            shown = (await pm2.until("axm:monitor"))["data"]
        environ = shown_environment(after["bot-1"])
        unwanted = {"NODE_CHANNEL_FD", "pm_id", "name", "unique_id", "kill_timeout"}
        assert not unwanted & set(environ)
        assert await fleet.interrupt() == ExitCode.OK
    assert pm2.said.count("ready") == 1


async def test_pm2_may_send_nonsense(world: World) -> None:
    world.env(bots=1)
    nonsense = [
        b"",
        b"\xff\xfe",
        b"{",
        b"[]",
        b"null",
        b"1e999",
        b"[" * 10_000,
        b'{"msg":5}',
        b'{"msg":"restart","opts":{"a":1}}',
        b'{"msg":"format-disk","opts":"bot-0"}',
        b'"hello"',
        b'{"msg":"restart","opts":"' + b"x" * 200_000 + b'"}',
    ]
    async with under_pm2(world.directory) as (fleet, pm2):
        await pm2.until("ready")
        before = fleet.workers()
        await pm2.send(b"\n".join(nonsense) + b"\n")
        unknown = await pm2.trigger("bot-9\n[31m")
        assert unknown["success"] is False
        assert "bot-0" in unknown["error"]
        await pm2.send(b'"restart"\n')
        usage = (await pm2.until("axm:reply"))["data"]["return"]
        assert "pm2 trigger coderbot restart" in usage["error"]
        # In pieces, as a stream may come.
        for piece in (b'{"msg":"rest', b'art","opts":"a', b'll"}\n'):
            await pm2.send(piece)
        answer = (await pm2.until("axm:reply"))["data"]["return"]
        assert answer["success"] is True
        assert fleet.workers()["bot-0"] != before["bot-0"]
        assert await fleet.interrupt() == ExitCode.OK
    assert "Traceback" not in fleet.output


@pytest.mark.parametrize("how", ["end of file", "message"])
async def test_the_end_of_pm2_is_a_graceful_stop(world: World, how: str) -> None:
    world.env(bots=2)
    async with under_pm2(world.directory) as (fleet, pm2):
        await pm2.until("ready")
        tree = fleet.tree()
        if how == "message":
            await pm2.send(b'"shutdown"\n')
        else:
            pm2.close()
        async with asyncio.timeout(15):
            assert await fleet.process.wait() == ExitCode.OK
        await gone(tree)
        await fleet.line("All workers stopped")
    assert "Traceback" not in fleet.output


async def test_a_channel_that_is_none_harms_nothing(world: World) -> None:
    world.env(bots=1)
    environment = {"NODE_CHANNEL_FD": "77", "pm_id": "0"}
    async with running_fleet(world.directory, environment=environment) as fleet:
        await fleet.line(READY)
        await fleet.line("PM2 cannot be told")
        assert await fleet.interrupt() == ExitCode.OK
