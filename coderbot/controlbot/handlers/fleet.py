"""/status, /listbots, /health, /uptime and /crashes."""

from coderbot.control.facts import Dossier
from coderbot.controlbot import views
from coderbot.controlbot.request import Request

_CRASHES = 10


async def show_board(request: Request) -> None:
    """Show all bots in a live message."""
    await request.services.boards.show(request.admin)


async def list_bots(request: Request) -> None:
    """List the ids and names of all bots."""
    request.reply(views.listing(request.services.fleet.bots()))


async def show_health(request: Request) -> None:
    """Tell who is well, and who is not."""
    request.reply(views.health(request.services.fleet.bots()))


async def show_uptime(request: Request) -> None:
    """Tell how long everything has been running."""
    services = request.services
    own_s = services.clock.monotonic() - services.started
    request.reply(views.uptimes(await services.fleet.status(), own_s))


async def show_crashes(request: Request) -> None:
    """List the last crashes."""
    fleet = request.services.fleet
    bots = [request.bot()] if request.words else fleet.bots()
    found: list[Dossier] = []
    for bot in bots:
        found += await fleet.dossiers(bot.bot)
    found.sort(key=lambda dossier: dossier.wall, reverse=True)
    lines = map(views.crash, found[:_CRASHES])
    request.reply("\n".join(lines) or "No crashes are known.")
