"""What the buttons of a bot do: in the live message and under its details."""

from coderbot.controlbot import views
from coderbot.controlbot.arguments import LogWish
from coderbot.controlbot.deck import Press
from coderbot.controlbot.handlers.logs import show_lines
from coderbot.controlbot.handlers.steer import steer
from coderbot.controlbot.keyboards import bot_keyboard
from coderbot.controlbot.request import find_bot
from coderbot.controlbot.services import Services

_CRASHES = 3
_BEGUN = {"start": "Starting", "stop": "Stopping", "restart": "Restarting"}


async def act(services: Services, admin: int, verb: str, name: str) -> str:
    """Begin what a button says about a bot; returns a toast."""
    bot = find_bot(services, name)
    if verb in _BEGUN:
        work = steer(services, admin, verb, bot)
        services.tasks.spawn(work, f"{verb} {bot.bot}")
        return f"{_BEGUN[verb]} {bot.bot} …"
    if verb == "logs":
        wish = LogWish(bot.bot)
        services.tasks.spawn(show_lines(services, admin, wish), f"logs of {bot.bot}")
    elif verb == "details":
        await _show_details(services, admin, name)
    return ""


async def _show_details(services: Services, admin: int, name: str) -> None:
    bot = find_bot(services, name)
    crashes = await services.fleet.dossiers(bot.bot)
    text = views.details(bot, crashes[:_CRASHES])
    key = services.deck.issue(admin, BotButtons(services))
    await services.sender.text(admin, text, bot_keyboard(key, bot))


class BotButtons:
    """Stands behind the buttons under the details of a bot.

    Args:
        services: For what they do.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    async def press(self, press: Press) -> str:
        """Begin what the button says."""
        verb, _, name = press.action.partition(" ")
        return await act(self._services, press.admin, verb, name)
