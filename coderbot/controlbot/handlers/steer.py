"""Starting, stopping, restarting and killing: one bot, or all."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from coderbot.control.facts import BotSnapshot
from coderbot.controlbot.incidents import named
from coderbot.controlbot.request import Request
from coderbot.controlbot.services import Services
from coderbot.errors import CoderBotError

_DONE = {
    "start": "started",
    "stop": "stopped",
    "restart": "restarted",
    "kill": "killed",
}
_log = logging.getLogger(__name__)
_Call = Callable[[str], Awaitable[None]]


async def start_bot(request: Request) -> None:
    """Start a bot."""
    await steer(request.services, request.admin, "start", request.bot())


async def stop_bot(request: Request) -> None:
    """Stop a bot."""
    await steer(request.services, request.admin, "stop", request.bot())


async def restart_bot(request: Request) -> None:
    """Restart a bot."""
    await steer(request.services, request.admin, "restart", request.bot())


async def kill_bot(request: Request) -> None:
    """End a bot at once."""
    await steer(request.services, request.admin, "kill", request.bot())


async def start_all(request: Request) -> None:
    """Start every bot that does not run, with the pause of a start of the fleet."""
    bots = [bot for bot in await _now(request) if bot.state.is_at_rest]
    await _one_by_one(request, "start", bots)


async def stop_all(request: Request) -> None:
    """Stop every bot that is not at rest, all at once."""
    services = request.services
    bots = [bot for bot in await _now(request) if not bot.state.is_at_rest]
    _note(request.admin, "stop", bots)
    tries = (_try(services, "stop", bot) for bot in bots)
    _sum_up(request, "stop", await asyncio.gather(*tries))


async def restart_all(request: Request) -> None:
    """Restart every bot that is not at rest, one after the other."""
    bots = [bot for bot in await _now(request) if not bot.state.is_at_rest]
    await _one_by_one(request, "restart", bots)


async def steer(services: Services, admin: int, verb: str, bot: BotSnapshot) -> None:
    """Carry out an action on a bot, and say so when it is done."""
    _note(admin, verb, [bot])
    failure = await _try(services, verb, bot)
    await services.sender.text(admin, failure or f"{named(bot)} {_DONE[verb]}.")


async def _now(request: Request) -> Sequence[BotSnapshot]:
    """Return all bots as they stand now.

    Asked for: what is told of changes may come after the answer to the command that
    has made them.
    """
    return (await request.services.fleet.status()).bots


async def _one_by_one(request: Request, verb: str, bots: Sequence[BotSnapshot]) -> None:
    services = request.services
    _note(request.admin, verb, bots)
    failures = []
    for place, bot in enumerate(bots):
        if place:
            await services.clock.sleep(services.settings.start_delay_s)
        failures.append(await _try(services, verb, bot))
    _sum_up(request, verb, failures)


async def _try(services: Services, verb: str, bot: BotSnapshot) -> str:
    """Carry out an action; returns what went wrong, or nothing."""
    port = services.fleet.port
    calls: dict[str, _Call] = {
        "start": port.start,
        "stop": port.stop,
        "restart": port.restart,
        "kill": port.kill,
    }
    try:
        await calls[verb](bot.bot)
    except CoderBotError as error:
        return f"{bot.bot}: {error.message}"
    return ""


def _sum_up(request: Request, verb: str, failures: Sequence[str]) -> None:
    wrong = [failure for failure in failures if failure]
    count = len(failures) - len(wrong)
    nouns = "bot was" if count == 1 else "bots were"
    request.reply("\n".join((f"{count} {nouns} {_DONE[verb]}.", *wrong)))


def _note(admin: int, verb: str, bots: Sequence[BotSnapshot]) -> None:
    names = ", ".join(bot.bot for bot in bots) or "no bot"
    _log.info("Admin %d: %s %s", admin, verb, names)
