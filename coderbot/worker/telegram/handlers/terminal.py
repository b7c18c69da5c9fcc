"""Opening, showing and closing a terminal."""

import asyncio
import contextlib

from coderbot.worker.telegram import texts
from coderbot.worker.telegram.desk import Place
from coderbot.worker.telegram.request import Request
from coderbot.worker.terminal.session import TerminalSession

_START_QUIET_S = 0.15
_START_LIMIT_S = 2.0
"""How long a new shell may take to show its prompt before the first picture."""


async def open_terminal(request: Request) -> None:
    """Open a terminal, unless there is one, and show it."""
    if request.place is not None:
        request.reply(texts.TERMINAL_EXISTS)
        return
    request.services.outbox.notice(request.chat, texts.TERMINAL_OPENING)
    place = await request.services.desk.open(request.user_id, request.chat)
    await _first_output(place.session)
    _show(request, place)
    # A shell that is slow to start shows its prompt by the refreshes that follow.
    place.screen.touch()


async def show_screen(request: Request) -> None:
    """Send the screen as a new message."""
    if request.place is not None:
        _show(request, request.place)


async def close_terminal(request: Request) -> None:
    """Close the terminal."""
    await request.services.desk.close(request.user_id)
    request.reply(texts.TERMINAL_CLOSED)


async def _first_output(session: TerminalSession) -> None:
    """Wait until a new program has written something and paused."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_START_LIMIT_S):
            await session.changed(0)
            await session.settled(_START_QUIET_S, _START_LIMIT_S)


def _show(request: Request, place: Place) -> None:
    """Send the screen beside: what is typed next must not wait for Telegram."""
    request.services.tasks.spawn(place.screen.show(), f"screen of {place.user_id}")
