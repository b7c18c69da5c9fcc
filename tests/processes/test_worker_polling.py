# ruff: noqa: F811 - a fixture is used by its name
"""Who polls, how often, and what is done about silence."""

import asyncio
from pathlib import Path

import pytest
from telegram.error import NetworkError, TimedOut

from coderbot import wire
from coderbot.botprocess.counters import Counters
from coderbot.botprocess.telegram.absence import Absence
from coderbot.botprocess.telegram.polling import PollRequest, PollWatch
from coderbot.clock import SystemClock
from coderbot.sandbox.server import Sandbox
from tests.fakes.sandbox import make_bot_id, make_token, sandbox  # noqa: F401
from tests.fakes.worker import running_worker, worker_environment

BOT, TOKEN = make_bot_id(1), make_token(1)


@pytest.mark.parametrize("supervised", [True, False], ids=["supervised", "alone"])
async def test_the_second_poller_of_a_token_waits_for_the_first(
    sandbox: Sandbox, tmp_path: Path, supervised: bool
) -> None:
    homes = [tmp_path / "first", tmp_path / "second"]
    for home in homes:
        home.mkdir()
    settings = [worker_environment(sandbox.url, TOKEN, home) for home in homes]
    (homes[0] / ".env").touch(0o600)
    async with running_worker(settings[0], homes[0], supervised) as first:
        await first.line("READY")
        async with running_worker(settings[1], homes[1]) as second:
            status = await second.frame(wire.Status)
            assert status.state == "conflict"
            assert status.detail == (
                f"the token is polled by process {first.pid} on this host"
            )
            # Not even asked who the bot is; and nobody was thrown out.
            assert await sandbox.client().calls(BOT, "getMe") == 1
            assert await sandbox.client().calls(BOT, "getUpdates", code=409) == 0
            assert await first.stop() == 0
            await second.frame(wire.Ready)
            assert await second.stop() == 0


async def test_a_token_is_free_again_after_kill_9(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = worker_environment(sandbox.url, TOKEN, tmp_path)
    async with running_worker(settings, tmp_path) as first:
        await first.frame(wire.Ready)
        first.signal(9)
        await first.ended()
        async with running_worker(settings, tmp_path) as second:
            await second.frame(wire.Ready)
            assert "is polled by process" not in second.text
            assert await second.stop() == 0


async def test_a_lasting_conflict_is_no_storm(sandbox: Sandbox, tmp_path: Path) -> None:
    settings = worker_environment(sandbox.url, TOKEN, tmp_path)
    client = sandbox.client()
    async with running_worker(settings, tmp_path) as worker:
        await worker.frame(wire.Ready)
        await client.wait_polling(BOT)
        before = await client.calls(BOT, "getUpdates")
        await client.fault("409", bot_id=BOT, method="getUpdates", count=None)
        # An end of the open poll brings the first 409.
        await client.user(1001, bot_id=BOT).say("hello")
        await worker.frame(wire.Status, lambda status: status.state == "conflict")
        await asyncio.sleep(10)
        assert 2 <= await client.calls(BOT, "getUpdates") - before <= 8
        assert worker.text.count("Telegram: conflict") == 1
        assert await worker.stop() == 0


class Dripping:
    """A server that sends a byte now and then, and never a whole answer."""

    def __init__(self) -> None:
        self.connections = 0
        self.served: list[asyncio.Task[None] | None] = []

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        self.served.append(asyncio.current_task())
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.02)
        except (OSError, asyncio.IncompleteReadError):
            writer.close()

    async def done(self) -> None:
        """Wait until all clients are gone."""
        await asyncio.gather(*(each for each in self.served if each is not None))


class Mute(Dripping):
    """A server that takes a request and never says a word."""

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        self.served.append(asyncio.current_task())
        await reader.read()
        writer.close()


async def test_a_poll_without_an_end_is_given_up_and_its_connection_too() -> None:
    frames: list[wire.WorkerFrame] = []
    clock, dripping = SystemClock(), Dripping()
    watch = PollWatch(clock, frames.append, lambda: None, Absence(clock))
    server = await asyncio.start_server(dripping.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        request = PollRequest(watch, Counters(), deaf_s=0.3, connection_pool_size=1)
        await request.initialize()
        for attempt in (1, 2):
            with pytest.raises(TimedOut):
                await request.post(f"http://127.0.0.1:{port}/getUpdates")
            assert dripping.connections == attempt
        await request.shutdown()
        await dripping.done()
    # Telegram was reached: that is not offline, and the poll grows old.
    assert frames == []
    assert watch.age_s >= 0.6


async def test_a_server_that_says_nothing_is_not_offline() -> None:
    frames: list[wire.WorkerFrame] = []
    clock, mute = SystemClock(), Mute()
    watch = PollWatch(clock, frames.append, lambda: None, Absence(clock))
    server = await asyncio.start_server(mute.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        request = PollRequest(
            watch, Counters(), connection_pool_size=1, read_timeout=0.2
        )
        await request.initialize()
        for attempt in (1, 2):
            with pytest.raises(TimedOut):
                await request.post(f"http://127.0.0.1:{port}/getUpdates")
            assert mute.connections == attempt
        assert frames == []
        await request.shutdown()
        await mute.done()
    # Nobody listens any more: that is.
    await request.initialize()
    with pytest.raises(NetworkError):
        await request.post(f"http://127.0.0.1:{port}/getUpdates")
    await request.shutdown()
    (status,) = frames
    assert isinstance(status, wire.Status)
    assert status.state == "offline"
