"""Startup prompts: what is typed when an assistant has started."""

import asyncio

from coderbot.worker.assistants.model import Assistant
from coderbot.worker.assistants.readiness import until_ready
from coderbot.worker.telegram import assistanttexts as texts
from coderbot.worker.telegram.request import Asker, Request
from coderbot.worker.terminal.session import TerminalSession

_LIMIT_S = 600.0
"""After this an assistant that is not ready gets no prompt any more, in seconds."""
_DELETE = "delete"


async def change_startup(request: Request) -> None:
    """Tell, set or delete the prompt of an assistant: the one in use, or a named one."""
    name, text = _meant(request)
    prompts = request.services.preferences.of(request.user_id).startup
    if not name:
        request.reply(texts.startup_prompts(prompts))
    elif not text:
        request.reply(texts.startup_prompt(name, prompts.get(name)))
    elif text.lower() == _DELETE:
        left = {each: prompt for each, prompt in prompts.items() if each != name}
        request.services.preferences.change(request.user_id, startup=left)
        request.reply(texts.startup_deleted(name, name in prompts))
    else:
        after = {**prompts, name: text}
        request.services.preferences.change(request.user_id, startup=after)
        request.reply(texts.startup_set(name))


def type_when_ready(
    asker: Asker, session: TerminalSession, name: str, assistant: Assistant
) -> None:
    """Type the prompt of the assistant that was started, if it has one; returns at once."""
    prompt = asker.services.preferences.of(asker.user_id).startup.get(name)
    if prompt:
        work = _type(asker, session, assistant, prompt)
        asker.services.tasks.spawn(work, f"startup prompt of {asker.user_id}")


async def _type(
    asker: Asker, session: TerminalSession, assistant: Assistant, prompt: str
) -> None:
    try:
        async with asyncio.timeout(_LIMIT_S):
            ready = await until_ready(session, assistant.asks)
    except TimeoutError:
        ready = False
    if ready:
        await session.type_text(prompt, enter=True)
        place = asker.services.desk.place_of(session)
        if place is not None:
            place.screen.touch()
    elif session.is_open and session.program is not None:
        # Whoever has closed it, or reads how it ended, knows why nothing was typed.
        asker.reply(texts.startup_not_typed(session.program.name))


def _meant(request: Request) -> tuple[str, str]:
    """Return the assistant that is meant, and the text for it."""
    text = request.call.argument
    place = request.place
    roster = request.services.roster.of(request.user_id)
    running = place.session.program if place is not None else None
    if running is not None and running.name in roster:
        return running.name, text
    name, _, rest = text.partition(" ")
    name = name.removeprefix("/").lower()
    return (name, rest.strip()) if name in roster else ("", "")
