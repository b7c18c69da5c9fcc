"""Where Telegram, or the proxy before this host, brings the updates of a bot.

aiohttp serves it: the server of the Telegram library, tornado, would be a second
one beside it, answers before an update is safe, reads bodies of any size, and
compares the secret in a time that tells how much of it is right.
"""

import asyncio
import hmac
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiohttp import web

from coderbot.botprocess.lease import PollLease
from coderbot.errors import ConfigError
from coderbot.redact import Secret

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
"""Holds what was given with setWebhook (Bot API)."""
MAX_BODY_BYTES = 1 << 20
"""Longest update that is read; Telegram's are a hundred times shorter."""
_SAFE_WITHIN_S = 25.0
"""Telegram is told to come again when an update is not safe by then, in seconds."""
_STOP_S = 1.0
"""How long requests under way may take when this worker stops, in seconds."""
_RARELY = 100
"""Of further refusals, every how many is told."""

Deliver = Callable[[Sequence[Mapping[str, Any]]], Awaitable[None]]
"""Returns when updates are safe: Telegram forgets them then."""

_log = logging.getLogger(__name__)


class Webhook:
    """Takes updates from who knows the secret, and refuses everybody else.

    Args:
        secret: Shown with each update.
        deliver: Gets the updates.
        lease: Without it nothing is taken: another host gets it.
    """

    def __init__(self, secret: Secret, deliver: Deliver, lease: PollLease) -> None:
        self._secret = secret.reveal().encode()
        self._deliver = deliver
        self._lease = lease
        self._refused = 0

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request."""
        shown = request.headers.get(SECRET_HEADER, "").encode(errors="replace")
        if not hmac.compare_digest(shown, self._secret):
            self._note_refusal()
            return web.Response(status=403)
        update = _decoded(await request.read())
        if update is None:
            return web.Response(status=400)
        if not self._lease.is_good:
            return web.Response(status=503)
        try:
            async with asyncio.timeout(_SAFE_WITHIN_S):
                await self._deliver([update])
        except TimeoutError:
            return web.Response(status=503)
        return web.Response()

    def _note_refusal(self) -> None:
        self._refused += 1
        if self._refused % _RARELY == 1:
            _log.warning(
                "Refused %d requests at the webhook so far: not with WEBHOOK_SECRET",
                self._refused,
            )


def _decoded(body: bytes) -> dict[str, Any] | None:
    """Return an update as the Bot API gives it; None when it is no such thing."""
    try:
        update = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError):
        return None
    number = update.get("update_id")
    return update if isinstance(number, int) and not isinstance(number, bool) else None


@asynccontextmanager
async def listening(
    webhook: Webhook, path: str, address: tuple[str, int]
) -> AsyncIterator[None]:
    """Serve a webhook for the length of the block, at one path.

    Args:
        webhook: Answers.
        path: All others are refused.
        address: Host and port.

    Raises:
        ConfigError: When the port cannot be had.
    """
    application = web.Application(client_max_size=MAX_BODY_BYTES)
    application.router.add_post(path, webhook.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=_STOP_S)
    await runner.setup()
    host, port = address
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        reason = error.strerror or error
        raise ConfigError(
            "the settings of the webhook",
            [f"WEBHOOK_LISTEN: cannot listen at {host}:{port}: {reason}"],
        ) from None
    _log.info("Waiting for updates at http://%s:%d%s", host, port, path)
    try:
        yield
    finally:
        await runner.cleanup()
