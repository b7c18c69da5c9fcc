"""Brings updates to the webhooks of bots, on this machine only."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aiohttp

from coderbot.sandbox.bot import Bot
from coderbot.sandbox.jsontypes import Json
from coderbot.sandbox.pulse import Pulse
from coderbot.sandbox.state import World

_ANSWER_S = 60.0
"""How long a webhook may take, in seconds."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 2.0
"""Before an update is brought again; Telegram waits longer."""
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@asynccontextmanager
async def delivering(world: World) -> AsyncIterator[None]:
    """Bring what waits to the webhooks of all bots for the length of the block."""
    timeout = aiohttp.ClientTimeout(total=_ANSWER_S)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        asyncio.TaskGroup() as group,
    ):
        watcher = group.create_task(_watch(world, session), name="webhooks")
        try:
            yield
        finally:
            watcher.cancel()


async def _watch(world: World, session: aiohttp.ClientSession) -> None:
    """Keep one courier for each bot."""
    known: set[int] = set()
    news = Pulse()

    def hear(event: Json) -> None:
        if event["type"] == "bot":
            news.fire()

    world.listeners.append(hear)
    async with asyncio.TaskGroup() as group:
        while True:
            for bot in list(world.bots.values()):
                if bot.id not in known:
                    known.add(bot.id)
                    group.create_task(_courier(world, bot, session))
            await news.wait()


async def _courier(world: World, bot: Bot, session: aiohttp.ClientSession) -> None:
    """Bring the updates of a bot one after the other while it has a webhook."""
    pause_s = _FIRST_PAUSE_S
    while True:
        hook, now = bot.webhook, world.clock.monotonic()
        updates = bot.queue.take(0, 1, now) if hook is not None else []
        if hook is None or not updates or not _is_here(hook["url"]):
            await bot.pulse.wait()
            continue
        fault = await _bring(session, hook["url"], bot.webhook_secret, updates[0])
        if not fault:
            bot.queue.take(updates[0]["update_id"] + 1, 1, now)
            pause_s = _FIRST_PAUSE_S
            continue
        hook["last_error_date"] = int(world.clock.now().timestamp())
        hook["last_error_message"] = fault
        await world.clock.sleep(pause_s)
        pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


async def _bring(
    session: aiohttp.ClientSession, url: str, secret: str, update: Json
) -> str:
    """Bring one update; returns why that failed, or nothing."""
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
    with contextlib.suppress(aiohttp.ClientError, TimeoutError):
        async with session.post(url, json=update, headers=headers) as response:
            if response.status == 200:
                return ""
            return f"Wrong response from the webhook: {response.status}"
    return "Connection refused"


def _is_here(url: str) -> bool:
    """Tell whether an address is one of this machine: nothing leaves it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname in _LOOPBACK
