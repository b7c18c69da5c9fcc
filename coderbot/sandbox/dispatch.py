"""HTTP in front of the Bot API: tokens, faults, budgets, answers."""

import logging
import socket
import struct
from dataclasses import dataclass, field

from aiohttp import web

# Importing a topic enters its methods into the table.
from coderbot.sandbox.api import (  # noqa: F401
    editing,
    lookups,
    media,
    polling,
    profile,
    texts,
)
from coderbot.sandbox.api.call import Call
from coderbot.sandbox.api.params import Params
from coderbot.sandbox.api.table import METHODS, Method, run
from coderbot.sandbox.bot import Bot
from coderbot.sandbox.budgets import Budgets
from coderbot.sandbox.errors import ApiError, not_found, too_many, unauthorized
from coderbot.sandbox.faults import Fault, Faults
from coderbot.sandbox.jsontypes import Json
from coderbot.sandbox.limits import too_large
from coderbot.sandbox.pulse import Pulse
from coderbot.sandbox.request_reader import read_params
from coderbot.sandbox.requestlog import Request, RequestLog
from coderbot.sandbox.state import World

_LOG = logging.getLogger("coderbot.sandbox")
_FREE = ("sendchataction", "sendmessagedraft")
_FOREVER_S = 24 * 3600
_GONE = 0
"""Noted instead of an HTTP code when the client did not wait for the answer."""


class _ConnectionReset(Exception):  # noqa: N818 - it is no error here
    """Raised when a fault has broken the connection: there is nobody to answer."""


@dataclass(slots=True)
class BotApi:
    """Answers `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

    world: World
    budgets: Budgets | None = None
    faults: Faults = field(default_factory=Faults)
    log: RequestLog = field(default_factory=RequestLog)
    activity: Pulse = field(default_factory=Pulse)
    """Fires with every call that begins or ends."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        bot = self.world.bot_of(request.match_info["token"])
        if bot is None:
            return _error(unauthorized())
        wanted = request.match_info["method"].lower()
        name, function = METHODS.get(wanted, ("unknown", _unknown))
        entry = self.log.begin(bot.id, name, self.world.clock.monotonic())
        self.activity.fire()
        code = _GONE
        try:
            response = await self._answer(request, bot, name, function, entry)
            # A poller whose socket is closed did not see its 409.
            if request.transport is not None and not request.transport.is_closing():
                code = response.status
            return response
        finally:
            self.log.end(entry, code, self.world.clock.monotonic())
            self.activity.fire()

    async def _answer(
        self,
        request: web.Request,
        bot: Bot,
        name: str,
        function: Method,
        entry: Request,
    ) -> web.StreamResponse:
        params = Params({})
        fault = self.faults.take(bot.id, name)
        try:
            params = await read_params(request, self.world.files)
            entry.chat_id = _chat_id(params)
            if fault is not None and not fault.after:
                await self._fail(fault, request)
            self._spend(bot, name, params)
            result = await run(function, Call(self.world, bot, params))
            if fault is not None and fault.after:
                await self._fail(fault, request)
        except ApiError as error:
            return _error(error)
        except web.HTTPRequestEntityTooLarge:
            return _error(too_large())
        except _ConnectionReset:
            return web.Response()
        except Exception:  # noqa: BLE001 - one faulty call must not end the server
            _LOG.exception("%s failed", name)
            return _error(ApiError(500, "Internal Server Error"))
        finally:
            for upload in params.uploads.values():
                upload.discard()
        return web.json_response({"ok": True, "result": result})

    async def _fail(self, fault: Fault, request: web.Request) -> None:
        match fault.kind:
            case "slow":
                await self.world.clock.sleep(fault.seconds)
            case "timeout":
                # Ends when the client hangs up: that cancels this handler.
                await self.world.clock.sleep(_FOREVER_S)
            case "reset":
                _reset(request)
                raise _ConnectionReset
        error = fault.error()
        if error is not None:
            raise error

    def _spend(self, bot: Bot, name: str, params: Params) -> None:
        """Charge the budgets with a send or an edit."""
        method = name.lower()
        counted = method.startswith(("send", "edit", "copy", "forward"))
        chat_id = _chat_id(params)
        if self.budgets is None or not counted or method in _FREE or chat_id is None:
            return
        messages = max(1, len(params.objects("media"))) if "group" in method else 1
        now = self.world.clock.monotonic()
        wait = self.budgets.spend(bot.id, chat_id, now, messages)
        if wait:
            raise too_many(wait)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Answer with the content of a file that `getFile` told of."""
        bot = self.world.bot_of(request.match_info["token"])
        if bot is None:
            return _error(unauthorized())
        path = request.match_info["path"]
        file = self.world.files.by_remote_path(bot.id, path)
        if file is None:
            return _error(ApiError(404, "Not Found"))
        return web.FileResponse(
            file.path, headers={"Content-Type": "application/octet-stream"}
        )


def _unknown(_: Call) -> object:
    raise not_found()


def _chat_id(params: Params) -> int | None:
    try:
        return params.integer("chat_id") or None
    except ApiError:
        return None


def _error(error: ApiError) -> web.Response:
    if error.code == 502:
        page = "<html><head><title>502 Bad Gateway</title></head></html>"
        return web.Response(status=502, text=page, content_type="text/html")
    body: Json = {"ok": False, "error_code": error.code}
    body["description"] = error.description
    headers = {}
    if error.retry_after is not None:
        body["parameters"] = {"retry_after": error.retry_after}
        headers["Retry-After"] = str(error.retry_after)
    return web.json_response(body, status=error.code, headers=headers)


def _reset(request: web.Request) -> None:
    """Break the connection so that the client sees a reset, not an end."""
    transport = request.transport
    if transport is None:
        return
    linger = struct.pack("ii", 1, 0)
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()
