"""Opening, choosing, showing and closing terminals."""

import asyncio
import contextlib

from coderbot.worker.telegram import texts
from coderbot.worker.telegram.choosing import offer, say_no_terminal
from coderbot.worker.telegram.place import Place
from coderbot.worker.telegram.request import Asker, Request
from coderbot.worker.terminal.ident import clean_name
from coderbot.worker.terminal.program import Program
from coderbot.worker.terminal.session import TerminalSession

_START_QUIET_S = 0.15
_START_LIMIT_S = 2.0
"""How long a new shell may take to show its prompt before the first picture."""


async def open_first(request: Request) -> None:
    """Open a terminal, unless one is in use here, and show it."""
    if request.place is not None:
        request.reply(texts.TERMINAL_EXISTS)
    else:
        await _open(request, None)


async def open_another(request: Request) -> None:
    """Open a terminal of that name, whatever else is open."""
    name = clean_name(request.call.argument)
    if request.call.argument and name is None:
        request.refuse(texts.BAD_NAME)
    else:
        await _open(request, name)


async def list_terminals(request: Request) -> None:
    """Show the open terminals as buttons."""
    places = request.services.desk.of(request.user_id)
    if not places:
        say_no_terminal(request)
        return
    now = request.services.clock.monotonic()
    lines = [_line(request, place, now) for place in places]
    offer(request, "\n".join(lines), places)


async def use_terminal(request: Request) -> None:
    """Use the terminal of that name here, and show it."""
    name = request.call.argument.lower()
    if not name:
        await list_terminals(request)
        return
    place = request.services.desk.named(request.user_id, name)
    if place is None:
        _say_unknown(request, name)
    else:
        _show(request, request.services.desk.use(place, request.thread))


async def show_screen(request: Request) -> None:
    """Send the screen as a new message."""
    if request.place is not None:
        _show(request, request.place)


async def close_terminal(request: Request) -> None:
    """Close the terminal of that name, or the one in use."""
    desk, name = request.services.desk, request.call.argument.lower()
    place = desk.named(request.user_id, name) if name else request.place
    if place is not None:
        await desk.close(place)
        _say_closed(request, place.name)
    elif name:
        _say_unknown(request, name)
    else:
        say_no_terminal(request)


async def open_and_show(
    asker: Asker, name: str | None, program: Program | None = None
) -> Place:
    """Open a terminal, use it where this was asked, and show it.

    Args:
        asker: Who asks, and where.
        name: What to call it; None: the next name that is free.
        program: What runs in it; None: a shell.

    Raises:
        TerminalError: When it cannot be opened.
    """
    desk = asker.services.desk
    place = await desk.open(asker.user_id, asker.thread, name, program)
    await _first_output(place.session)
    # The last screen of a program that has ended already comes with the word on it.
    if place.session.is_open:
        _show(asker, place)
        # One that is slow to start is shown by the refreshes that follow.
        place.screen.touch()
    return place


async def _open(request: Request, name: str | None) -> None:
    outbox = request.services.outbox
    outbox.notice(request.chat, texts.TERMINAL_OPENING, thread=request.thread)
    await open_and_show(request, name)


async def _first_output(session: TerminalSession) -> None:
    """Wait until a new program has written something and paused."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_START_LIMIT_S):
            await session.changed(0)
            await session.settled(_START_QUIET_S, _START_LIMIT_S)


def _show(asker: Asker, place: Place) -> None:
    """Send the screen beside: what is typed next must not wait for Telegram."""
    asker.services.tasks.spawn(place.screen.show(), f"screen of {place.user_id}")


def _line(request: Request, place: Place, now: float) -> str:
    session = place.session
    return texts.terminal_line(
        place.name,
        place is request.place,
        session.title or str(session.directory or ""),
        now - session.last_input_at,
    )


def _say_closed(request: Request, name: str) -> None:
    """Answer /close; offer what is left if nothing is in use here any more."""
    left = request.services.desk.of(request.user_id)
    text = texts.terminal_closed(name)
    if not left:
        request.reply(f"{text} {texts.OPEN_ANOTHER}")
    elif request.place is None:
        offer(request, f"{text} {texts.STILL_OPEN}", left)
    else:
        request.reply(text)


def _say_unknown(request: Request, name: str) -> None:
    places = request.services.desk.of(request.user_id)
    if places:
        offer(request, texts.no_such_terminal(name), places)
    else:
        request.reply(texts.no_such_terminal(name))
