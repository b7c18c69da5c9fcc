"""/logs: as a message, or as a file when it is long."""

from coderbot.botprocess.telegram.lengths import MAX_TEXT_UNITS, utf16_units
from coderbot.control.facts import CONTROL, PARENT, LogLine
from coderbot.controlbot import views
from coderbot.controlbot.arguments import MAX_LINES, LogWish, parse_logs
from coderbot.controlbot.request import Request, find_bot
from coderbot.controlbot.services import Services
from coderbot.loglevel import Level


async def send_logs(request: Request) -> None:
    """Send the newest lines of a bot."""
    try:
        wish = parse_logs(request.words)
    except ValueError as error:
        request.refuse(str(error))
        return
    await show_lines(request.services, request.admin, wish)


async def show_lines(services: Services, admin: int, wish: LogWish) -> None:
    """Send lines to an admin."""
    name = wish.bot.lower()
    bot = name if name in (PARENT, CONTROL) else find_bot(services, wish.bot).bot
    lines = await _lines(services, bot, wish)
    text = views.log_text(lines)
    if not text.strip():
        await services.sender.text(admin, f"There are no such lines of {bot}.")
    elif utf16_units(text) <= MAX_TEXT_UNITS:
        await services.sender.text(admin, text, fixed=True)
    else:
        data = views.log_file(lines).encode(errors="replace")
        caption = f"{bot}: the newest {len(lines)} lines"
        await services.sender.file(admin, f"{bot}-log.txt", data, caption)


async def _lines(services: Services, bot: str, wish: LogWish) -> list[LogLine]:
    everything = wish.level is Level.DEBUG
    limit = wish.count if everything else MAX_LINES
    lines = await services.fleet.lines(bot, limit)
    return [line for line in lines if line.level >= wish.level][-wish.count :]
