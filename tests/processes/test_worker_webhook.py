# ruff: noqa: F811 - a fixture is used by its name
"""Telegram brings the updates: a real worker behind a webhook of its own."""

import io
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from telegram import Bot

from coderbot import wire
from coderbot.errors import ExitCode
from coderbot.sandbox.server import Sandbox
from tests.fakes.redis import RedisServer, needs_redis
from tests.fakes.sandbox import make_token, sandbox  # noqa: F401
from tests.fakes.shared import server  # noqa: F401
from tests.fakes.worker import running_worker, worker_environment
from tests.processes.chat import BOT, open_terminal, ready_worker, run, say
from tests.processes.replicas import ReplicatedBot

SECRET = "a-secret-that-nobody-guesses-0123456789"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
UPDATE = b'{"update_id": 1}'

pytestmark = pytest.mark.timeout(90)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def by_webhook(port: int) -> dict[str, str]:
    return {
        "WEBHOOK_URL": f"http://127.0.0.1:{port}",
        "WEBHOOK_LISTEN": f"127.0.0.1:{port}",
        "WEBHOOK_SECRET": SECRET,
    }


@asynccontextmanager
async def asking(sandbox: Sandbox) -> AsyncIterator[Bot]:
    async with Bot(make_token(1).reveal(), base_url=sandbox.bot_api_url) as bot:
        yield bot


async def test_updates_are_brought_and_strangers_refused(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    port = free_port()
    hook = f"http://127.0.0.1:{port}/coderbot/bot-0"
    async with (
        ready_worker(sandbox, tmp_path, **by_webhook(port)) as (worker, anna),
        aiohttp.ClientSession() as session,
    ):
        await open_terminal(anna)
        await run(anna, "echo brought-$((1 + 1))", "brought-2")
        assert await sandbox.client().calls(BOT, "getUpdates") == 0
        for headers in ({}, {HEADER: "wrong"}, {HEADER: SECRET + "x"}):
            async with session.post(hook, data=UPDATE, headers=headers) as answer:
                assert answer.status == 403
        right = {HEADER: SECRET}
        for body, status in (
            (b"x" * ((1 << 20) + 1), 413),
            (b"not json", 400),
            (b"[1]", 400),
            (b'{"update_id": "1"}', 400),
            (b"[" * 100_000, 400),
            (UPDATE, 200),
        ):
            async with session.post(
                hook, data=io.BytesIO(body), headers=right
            ) as answer:
                assert answer.status == status, body[:20]
        async with session.post(f"{hook}/other", data=UPDATE, headers=right) as answer:
            assert answer.status == 404
        async with session.get(hook, headers=right) as answer:
            assert answer.status == 405
        await run(anna, "echo still-$((1 + 1))", "still-2")
        assert "not with WEBHOOK_SECRET" in worker.text
        assert SECRET not in worker.text
        # The secret is not in what a shell inherits.
        await run(anna, "env | grep -c WEBHOOK; echo none-$((1 + 1))", "0\nnone-2")
        assert await worker.stop() == 0


async def test_what_comes_while_the_worker_is_off_is_brought_later(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    hook = by_webhook(free_port())
    async with ready_worker(sandbox, tmp_path, **hook) as (worker, anna):
        assert await worker.stop() == 0
    await anna.say("/start")
    async with ready_worker(sandbox, tmp_path, **hook) as (worker, _):
        await anna.wait_for(lambda m: "this chat" in m.text)
        assert await worker.stop() == 0
    # Without the setting the bot asks again, by itself.
    async with ready_worker(sandbox, tmp_path) as (worker, anna):
        await say(anna, "/start", "this chat")
        assert await worker.stop() == 0
    async with asking(sandbox) as bot:
        assert (await bot.get_webhook_info()).url == ""


async def test_the_webhook_of_somebody_else_stays(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with asking(sandbox) as bot:
        await bot.set_webhook("https://example.org/mine")
        settings = worker_environment(sandbox.url, make_token(1), tmp_path)
        async with running_worker(settings, tmp_path) as worker:
            await worker.frame(wire.Status, lambda frame: frame.state == "conflict")
            assert (await bot.get_webhook_info()).url == "https://example.org/mine"
            assert await worker.stop() == 0


async def test_a_port_that_is_taken_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        hook = by_webhook(other.getsockname()[1])
        settings = worker_environment(sandbox.url, make_token(1), tmp_path, **hook)
        async with running_worker(settings, tmp_path) as worker:
            assert await worker.ended() == ExitCode.CONFIG
            assert "WEBHOOK_LISTEN: cannot listen at 127.0.0.1" in worker.text


@needs_redis
async def test_replicas_get_what_is_brought(
    sandbox: Sandbox, server: RedisServer, tmp_path: Path
) -> None:
    hook = by_webhook(free_port())
    async with ReplicatedBot(sandbox, server, tmp_path, **hook) as bot:
        receiver, replicas = await bot.start_all()
        for user in await bot.people():
            await open_terminal(user)
            await run(user, "echo brought-$((1 + 1))", "brought-2")
        assert await sandbox.client().calls(BOT, "getUpdates") == 0
        # Nothing is confirmed to Telegram that is not safe.
        server.pause()
        await user.say("/start")
        await receiver.line("Updates wait at Telegram")
        server.resume()
        await user.wait_for(lambda m: "this chat" in m.text, timeout=60)
        for each in (*replicas, receiver):
            assert await each.stop() == 0
