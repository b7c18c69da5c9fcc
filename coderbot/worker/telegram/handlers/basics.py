"""/start and /help."""

from collections.abc import Iterable

from coderbot.worker.telegram import texts
from coderbot.worker.telegram.request import Request


async def send_welcome(request: Request) -> None:
    """Tell what the bot does."""
    request.reply(texts.welcome(request.services.name))


async def send_reference(request: Request, commands: Iterable[tuple[str, str]]) -> None:
    """List the commands, given by name and description."""
    media_dir = str(request.services.dirs.root)
    request.reply(texts.reference(commands, media_dir))
