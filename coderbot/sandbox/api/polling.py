"""How updates reach a bot: getUpdates and webhooks."""

import re

from coderbot.sandbox.api.call import Call
from coderbot.sandbox.api.table import method
from coderbot.sandbox.bot import Bot
from coderbot.sandbox.errors import (
    bad_request,
    conflict_other_poller,
    conflict_webhook,
    unauthorized,
)
from coderbot.sandbox.jsontypes import Json

_MAX_TIMEOUT_S = 50


@method("getUpdates")
async def get_updates(call: Call) -> list[Json]:
    """Answer at once when updates wait, else when one comes or the time is up."""
    bot = call.bot
    turn = _take_turn(call)
    deadline = call.world.clock.monotonic() + _timeout(call)
    bot.open_polls += 1
    try:
        while True:
            _check_turn(bot, turn)
            now = call.world.clock.monotonic()
            updates = bot.queue.take(
                call.params.integer("offset"), call.params.integer("limit", 100), now
            )
            if updates or now >= deadline:
                return updates
            await bot.pulse.wait(deadline - now)
    finally:
        bot.open_polls -= 1
        bot.last_poll = call.world.clock.monotonic()


def _take_turn(call: Call) -> int:
    """Send the poller that holds the line away; return the number of this one."""
    bot = call.bot
    if bot.webhook is not None:
        raise conflict_webhook()
    kinds = _allowed(call)
    if kinds is not None:
        bot.queue.allow(kinds)
    bot.poll_turn += 1
    bot.pulse.fire()
    if not bot.online:
        bot.online = True
        call.world.publish("bot", bot=bot.view())
    return bot.poll_turn


def _check_turn(bot: Bot, turn: int) -> None:
    if bot.revoked:
        raise unauthorized()
    if bot.webhook is not None:
        raise conflict_webhook()
    if bot.poll_turn != turn:
        raise conflict_other_poller()


def _timeout(call: Call) -> int:
    return min(max(call.params.integer("timeout"), 0), _MAX_TIMEOUT_S)


def _allowed(call: Call) -> list[str] | None:
    kinds = call.params.json("allowed_updates")
    if kinds is None:
        return None
    if not isinstance(kinds, list):
        raise bad_request("can't parse allowed updates: Array expected")
    return [str(kind) for kind in kinds]


@method("setWebhook")
def set_webhook(call: Call) -> bool:
    """Deliver updates to an address from now on; only to one of this machine."""
    url = call.params.text("url")
    if not url:
        _end_webhook(call)
        return True
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    kinds = _allowed(call)
    secret = call.params.text("secret_token")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad_request("secret token contains unallowed characters")
    if kinds is not None:
        call.bot.queue.allow(kinds)
    _drop_pending(call)
    call.bot.webhook_secret = secret
    call.bot.webhook = {
        "url": url,
        "has_custom_certificate": False,
        "max_connections": call.params.integer("max_connections", 40),
    }
    call.bot.pulse.fire()
    return True


@method("deleteWebhook")
def delete_webhook(call: Call) -> bool:
    """Return to polling."""
    _end_webhook(call)
    return True


def _end_webhook(call: Call) -> None:
    _drop_pending(call)
    call.bot.webhook = None


def _drop_pending(call: Call) -> None:
    if call.params.flag("drop_pending_updates"):
        call.bot.queue.drop()


@method("getWebhookInfo")
def get_webhook_info(call: Call) -> Json:
    """Tell the address, and how many updates wait."""
    bot = call.bot
    info: Json = bot.webhook or {"url": "", "has_custom_certificate": False}
    info = info | {"pending_update_count": len(bot.queue)}
    if bot.queue.allowed:
        info["allowed_updates"] = list(bot.queue.allowed)
    return info


@method("logOut", "close")
def leave(call: Call) -> bool:
    """Do nothing: there is no other server to move to."""
    call.bot.pulse.fire()
    return True
