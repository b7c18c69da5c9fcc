"""/start, /help and /cancel."""

from coderbot.controlbot import texts
from coderbot.controlbot.commands import menu
from coderbot.controlbot.reference import help_text
from coderbot.controlbot.request import Request


async def send_welcome(request: Request) -> None:
    """Tell what the bot does; only now may its menu be set for a new admin."""
    request.reply(texts.WELCOME)
    await request.services.sender.commands(request.admin, menu())


async def send_reference(request: Request) -> None:
    """List the commands."""
    request.reply(help_text())


async def cancel(request: Request) -> None:
    """Forget about a token that was asked for: the router has done so already."""
    request.reply("Nothing is waited for.")
