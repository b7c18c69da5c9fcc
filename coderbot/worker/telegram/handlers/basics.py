"""/start and /help."""

from coderbot.worker.telegram import texts
from coderbot.worker.telegram.reference import help_pages
from coderbot.worker.telegram.request import Request


async def send_welcome(request: Request) -> None:
    """Tell what the bot does."""
    request.reply(texts.welcome(request.services.name))


async def send_reference(request: Request) -> None:
    """List the commands."""
    for page in help_pages(str(request.services.dirs.to(request.user_id))):
        request.reply(page)
