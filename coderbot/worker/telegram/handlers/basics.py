"""/start and /help."""

from coderbot.worker.telegram import texts
from coderbot.worker.telegram.commands import BY_NAME, assistant_command
from coderbot.worker.telegram.reference import help_pages
from coderbot.worker.telegram.request import Request


async def send_welcome(request: Request) -> None:
    """Tell what the bot does."""
    request.reply(texts.welcome(request.services.name))


async def send_reference(request: Request) -> None:
    """List the commands."""
    services = request.services
    names = [
        name for name in services.roster.of(request.user_id) if name not in BY_NAME
    ]
    own = tuple(map(assistant_command, names))
    for page in help_pages(str(services.dirs.to(request.user_id)), own):
        request.reply(page)
