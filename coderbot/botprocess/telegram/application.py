"""The Telegram client of a bot: connections, time-outs, polling."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import httpx
from telegram import Update
from telegram.ext import Application

from coderbot.botprocess.counters import Counters
from coderbot.botprocess.lease import PollLease
from coderbot.botprocess.telegram.calls import CallRequest
from coderbot.botprocess.telegram.certificates import authorities
from coderbot.botprocess.telegram.leasedbot import LeasedBot
from coderbot.botprocess.telegram.polling import PollRequest, PollWatch
from coderbot.config.settings import Settings
from coderbot.redact import Secret

ALLOWED_UPDATES = ("message", "callback_query")
"""Exactly what is handled; edits, for one, never even arrive."""
LONG_POLL_S = 20
"""How long Telegram keeps an unanswered getUpdates, in seconds."""

_CONNECTIONS = 16
_CONNECT_S = 10.0
_READ_S = 20.0
_UPLOAD_S = 300.0
"""50 MB over a slow line."""
_KEEP_ALIVE_S = 60.0
"""A key press should not pay for a new TLS handshake."""
_CONCURRENT_UPDATES = 256

WorkerApplication = Application[Any, Any, Any, Any, Any, Any]


def build_application(
    settings: Settings,
    token: Secret,
    watch: PollWatch,
    counters: Counters,
    lease: PollLease,
    hold: Callable[[], Awaitable[None]] | None = None,
) -> WorkerApplication:
    """Return the client for the bot with `token`, not yet connected.

    Args:
        settings: For all connections.
        token: Of the bot.
        watch: Is told how polling goes.
        counters: Of this worker.
        lease: The right to poll.
        hold: Awaited before updates are asked for, which confirms those before.
    """
    # Its tracebacks say at length what the watch says in a line.
    logging.getLogger("telegram.ext.Updater").setLevel(logging.CRITICAL)
    limits = httpx.Limits(max_connections=_CONNECTIONS, keepalive_expiry=_KEEP_ALIVE_S)
    timeouts: dict[str, Any] = {
        "connect_timeout": _CONNECT_S,
        "read_timeout": _READ_S,
        "write_timeout": _READ_S,
        "pool_timeout": _CONNECT_S,
    }
    trusted = {"verify": authorities(settings.api_root)}
    calls = CallRequest(
        counters,
        **timeouts,
        media_write_timeout=_UPLOAD_S,
        httpx_kwargs={"limits": limits, **trusted},
    )
    polls = PollRequest(
        watch,
        counters=counters,
        connection_pool_size=1,
        httpx_kwargs=trusted,
        **timeouts,
    )
    bot = LeasedBot(
        lease,
        hold,
        token=token.reveal(),
        base_url=f"{settings.api_root}/bot",
        base_file_url=f"{settings.api_root}/file/bot",
        local_mode=settings.local_mode,
        request=calls,
        get_updates_request=polls,
    )
    return (
        Application.builder()
        .bot(bot)
        .concurrent_updates(_CONCURRENT_UPDATES)
        .job_queue(None)
        .build()
    )


async def handle(
    application: WorkerApplication, updates: Sequence[Mapping[str, Any]]
) -> None:
    """Bring updates to the gate and the handlers, one after the other.

    Args:
        application: With its handlers.
        updates: As the Bot API gives them.
    """
    for each in updates:
        update = Update.de_json(dict(each), application.bot)
        await application.process_update(update)
