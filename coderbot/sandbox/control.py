"""Control API: bots, people, events, faults, counts."""

import math
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler

from coderbot.redact import Secret
from coderbot.sandbox.api.params import Params
from coderbot.sandbox.bot import Bot
from coderbot.sandbox.dispatch import BotApi
from coderbot.sandbox.errors import ApiError, SandboxError
from coderbot.sandbox.faults import Fault
from coderbot.sandbox.jsontypes import Json
from coderbot.sandbox.pulse import Pulse
from coderbot.sandbox.state import World

_MAX_WAIT_S = 60.0
_FIRST_NEW_BOT = 7_100_000
BOT = r"{bot:\d{1,19}}"
"""Place of the id of a bot in the path of a route."""


def fresh_token(bot_id: int) -> Secret:
    """Return a new random token of bot `bot_id`, of the length BotFather gives."""
    return Secret(f"{bot_id}:{secrets.token_urlsafe(40)[:35]}")


def seconds(text: str | None) -> float:
    """Return a time to wait, within bounds.

    Raises:
        SandboxError: When it is no number.
    """
    try:
        told = float(text or 0)
    except ValueError:
        told = math.nan
    if math.isnan(told):
        raise SandboxError("timeout must be a number of seconds")
    return min(max(told, 0.0), _MAX_WAIT_S)


def query_number(request: web.Request, name: str) -> int | None:
    """Return a whole number of the query; None when it is missing.

    Raises:
        SandboxError: When it is something else.
    """
    text = request.query.get(name)
    try:
        return None if text is None else int(text)
    except ValueError:
        raise SandboxError(f"{name} must be a whole number") from None


async def body_of(request: web.Request) -> Params:
    """Return the JSON object in the body of a request.

    Raises:
        SandboxError: When there is none; a form of a foreign page is none either.
    """
    if request.content_type != "application/json":
        raise SandboxError("the body must be application/json")
    try:
        body = await request.json()
    except ValueError:
        raise SandboxError("the body is no JSON") from None
    if not isinstance(body, dict):
        raise SandboxError("the body must be a JSON object")
    return Params(body)


@web.middleware
async def control_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer refusals with 400 and `{"error": ...}`."""
    try:
        return await handler(request)
    except (SandboxError, ApiError) as error:
        return web.json_response({"error": str(error)}, status=400)


@dataclass(frozen=True, slots=True)
class Control:
    """Routes below `/sandbox/` that do not belong to one chat."""

    world: World
    api: BotApi
    changes: Pulse
    """Fires with every event."""
    epoch: str
    """Tells one run of the sandbox from the next."""

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        get, post = self._get, self._post
        return [
            get("state", self._state),
            get("bots", lambda _: {"bots": self._bots()}),
            post("bots", self._add_bot),
            post(f"bots/{BOT}/revoke", self._revoke),
            post(f"bots/{BOT}/settings", self._settings),
            web.get(f"/sandbox/bots/{BOT}/polling", self._polling),
            get("users", lambda _: {"users": list(self.world.users.values())}),
            post("users", self._add_user),
            post("groups", self._add_group),
            get("requests", self._requests),
            web.get("/sandbox/requests/wait", self._wait_requests),
            get("faults", lambda _: {"faults": self.api.faults.view()}),
            post("faults", self._add_fault),
            web.delete("/sandbox/faults", self._clear_faults),
            web.get("/sandbox/events", self._events),
        ]

    def _get(self, path: str, answer: Callable[[web.Request], Json]) -> web.RouteDef:
        async def handle(request: web.Request) -> web.Response:
            return web.json_response(answer(request))

        return web.get(f"/sandbox/{path}", handle)

    def _post(
        self, path: str, answer: Callable[[web.Request], Awaitable[Json]]
    ) -> web.RouteDef:
        async def handle(request: web.Request) -> web.Response:
            return web.json_response(await answer(request))

        return web.post(f"/sandbox/{path}", handle)

    def _bots(self) -> list[Json]:
        return [bot.view() for bot in self.world.bots.values()]

    def _bot(self, request: web.Request) -> Bot:
        bot = self.world.bots.get(int(request.match_info["bot"]))
        if bot is None:
            raise SandboxError("no such bot")
        return bot

    def _state(self, _: web.Request) -> Json:
        world = self.world
        return {
            "epoch": self.epoch,
            "cursor": world.events.last,
            "bots": self._bots(),
            "users": list(world.users.values()),
            "groups": list(world.groups.values()),
            "chats": world.last_messages(),
        }

    async def _add_bot(self, request: web.Request) -> Json:
        body = await body_of(request)
        bot_id = max((*self.world.bots, _FIRST_NEW_BOT)) + 1
        token = fresh_token(bot_id)
        name, username = body.text("first_name"), body.text("username")
        bot = self.world.add_bot(token, name, username)
        return {"bot": bot.view(), "token": token.reveal()}

    async def _revoke(self, request: web.Request) -> Json:
        bot = self._bot(request)
        bot.revoked = True
        bot.pulse.fire()
        self.world.publish("bot", bot=bot.view())
        return {"bot": bot.view()}

    async def _settings(self, request: web.Request) -> Json:
        bot, body = self._bot(request), await body_of(request)
        if "sees_all" in body:
            bot.sees_all = body.flag("sees_all")
        return {"bot": bot.view()}

    async def _polling(self, request: web.Request) -> web.Response:
        bot = self._bot(request)
        polling = await self.api.activity.until(
            lambda: bot.open_polls > 0,
            seconds(request.query.get("timeout")),
            self.world.clock,
        )
        return web.json_response({"polling": polling})

    async def _add_user(self, request: web.Request) -> Json:
        body = await body_of(request)
        name, username = body.text("first_name"), body.text("username")
        return {"user": self.world.add_user(body.integer("id"), name, username)}

    async def _add_group(self, request: web.Request) -> Json:
        body = await body_of(request)
        title, kind = body.text("title"), body.text("type", "group")
        return {"group": self.world.add_group(body.integer("id"), title, kind)}

    def _requests(self, request: web.Request) -> Json:
        return self.api.log.view(query_number(request, "bot_id"))

    async def _wait_requests(self, request: web.Request) -> web.Response:
        bot_id = query_number(request, "bot_id") or 0
        method = request.query.get("method", "")
        what = request.query.get("code", "calls")
        wanted = query_number(request, "at_least") or 1
        log = self.api.log
        await self.api.activity.until(
            lambda: log.count(bot_id, method, what) >= wanted,
            seconds(request.query.get("timeout")),
            self.world.clock,
        )
        return web.json_response({"count": log.count(bot_id, method, what)})

    async def _add_fault(self, request: web.Request) -> Json:
        body = await body_of(request)
        count = body.json("count") if "count" in body else 1
        self.api.faults.add(
            Fault(
                kind=body.text("kind"),
                bot_id=body.integer("token_id") or None,
                method=body.text("method") or None,
                left=None if count is None else body.integer("count", 1),
                seconds=seconds(body.text("seconds", "1")),
                retry_after=body.integer("retry_after", 1),
                after=body.flag("after"),
            )
        )
        return {"faults": self.api.faults.view()}

    async def _clear_faults(self, _: web.Request) -> web.Response:
        self.api.faults.clear()
        return web.json_response({"faults": []})

    async def _events(self, request: web.Request) -> web.Response:
        """Answer with events after a cursor; wait for one when there is none."""
        after = query_number(request, "after") or 0
        place = query_number(request, "bot_id"), query_number(request, "chat_id")
        log = self.world.events
        await self.changes.until(
            lambda: bool(log.since(after, *place)),
            seconds(request.query.get("timeout")),
            self.world.clock,
        )
        return web.json_response(
            {
                "events": log.since(after, *place),
                "cursor": max(after, log.last),
                "lost": log.has_lost(after),
            }
        )
