"""Starting a coding assistant as the program of a terminal."""

from coderbot.worker.assistants.invocation import Invocation, parse_invocation
from coderbot.worker.assistants.launch import program_of
from coderbot.worker.telegram import assistanttexts, texts
from coderbot.worker.telegram.handlers.startup import type_when_ready
from coderbot.worker.telegram.handlers.terminal import open_and_show
from coderbot.worker.telegram.request import Asker, Request


async def start_assistant(request: Request) -> None:
    """Start the assistant that the command names."""
    invocation = parse_invocation(request.call.argument)
    await start(request, request.command.name, invocation)


async def start(asker: Asker, name: str, invocation: Invocation) -> None:
    """Start an assistant in a terminal of its name, unless it is open, and show it.

    Args:
        asker: Who asks, and where.
        name: Of the assistant.
        invocation: Directory and arguments.

    Raises:
        CoderBotError: When it cannot be started, with the reason.
    """
    services = asker.services
    assistant = services.roster.find(asker.user_id, name)
    if assistant is None:
        asker.reply(texts.unknown_command(name))
    elif services.desk.named(asker.user_id, name) is not None:
        asker.reply(assistanttexts.is_started_already(name))
    else:
        program = program_of(name, assistant, invocation, services.projects)
        services.outbox.notice(
            asker.chat, assistanttexts.starting(name), thread=asker.thread
        )
        place = await open_and_show(asker, name, program)
        type_when_ready(asker, place.session, name, assistant)
