"""The assistants that a user has: listing, adding and removing them."""

from coderbot.worker.assistants.launch import is_installed
from coderbot.worker.telegram import assistanttexts
from coderbot.worker.telegram.request import Request


async def list_coders(request: Request) -> None:
    """List the assistants, with what is wrong with the owner's catalogue."""
    roster = request.services.roster
    own = roster.added_by(request.user_id)
    lines = [
        assistanttexts.coder_line(name, each, name in own, is_installed(each))
        for name, each in roster.of(request.user_id).items()
    ]
    problem = (assistanttexts.bad_catalogue(roster.problem),) if roster.problem else ()
    request.reply("\n".join((*lines, "", assistanttexts.CODERS_HINT, *problem)))


async def add_coder(request: Request) -> None:
    """Add an assistant; without a command its name is the command."""
    name, _, command = request.call.argument.partition(" ")
    name = name.removeprefix("/").lower()
    if not name:
        request.refuse()
        return
    services = request.services
    services.roster.add(request.user_id, name, command.strip() or name)
    services.menus.renew(request.user_id)
    assistant = services.roster.find(request.user_id, name)
    missing = assistant is not None and not is_installed(assistant)
    request.reply(assistanttexts.coder_added(name, missing))


async def remove_coder(request: Request) -> None:
    """Remove an assistant that the user has added."""
    name = request.call.argument.removeprefix("/").lower()
    if not name or " " in name:
        request.refuse()
        return
    request.services.roster.remove(request.user_id, name)
    request.services.menus.renew(request.user_id)
    request.reply(assistanttexts.coder_removed(name))
