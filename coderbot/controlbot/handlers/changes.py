"""/reload and /shutdown, both after a question."""

import logging

from coderbot.control.facts import CONTROL
from coderbot.controlbot import texts, views
from coderbot.controlbot.question import Question
from coderbot.controlbot.request import Request

_log = logging.getLogger(__name__)


async def reload(request: Request) -> None:
    """Show what new settings would change, and take them up if that is meant."""
    services = request.services
    planned = await services.fleet.reload(dry_run=True)
    wanted = views.plan(planned)
    if not wanted:
        request.reply("The settings have not changed: there is nothing to take up.")
        return

    async def carry_out() -> str:
        _log.info("Admin %d: reload", request.admin)
        if CONTROL in (*planned.changed, *planned.removed):
            # Its end comes before the answer.
            await services.sender.text(request.admin, texts.STARTS_ANEW)
        done = views.plan(await services.fleet.reload(dry_run=False))
        return done or "Nothing was left to change."

    text = f"New settings:\n{wanted}\n\nTake them up?"
    await Question(services, text, carry_out).ask(request.admin, "Take them up")


async def shut_down(request: Request) -> None:
    """Stop everything if that is meant; this bot goes with it."""
    services = request.services

    async def carry_out() -> str:
        _log.warning("Admin %d: shut down", request.admin)
        await services.fleet.port.shut_down()
        return "All bots were stopped."

    count = len(services.fleet.bots())
    text = (
        f"Stop all {count} bots, the supervisor and this bot? Only somebody at the "
        "host, or what manages the supervisor there, can start them again."
    )
    await Question(services, text, carry_out).ask(request.admin, "Stop everything")
