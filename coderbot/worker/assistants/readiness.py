"""When an assistant that was started takes its first words."""

import asyncio
from collections.abc import Callable

from coderbot.worker.terminal.prompts import find_prompt
from coderbot.worker.terminal.session import TerminalSession

QUIET_S = 1.5
"""A screen that stays the same for so long has settled, in seconds."""


async def until_ready(session: TerminalSession, asks: Callable[[str], bool]) -> bool:
    """Wait until an assistant has shown something, has settled, and asks nothing.

    Args:
        session: In which it was started as the program.
        asks: Tells whether a text on the screen is to be answered first.

    Returns:
        Whether it is ready; False when the terminal is closed, or what was started
        has given it to a shell.
    """
    revision = await session.changed(0)
    while session.is_open:
        try:
            async with asyncio.timeout(QUIET_S):
                revision = await session.changed(revision)
        except TimeoutError:
            if not session.is_itself:
                return False
            if _takes_words(session, asks):
                return True
            revision = await session.changed(revision)
    return False


def _takes_words(session: TerminalSession, asks: Callable[[str], bool]) -> bool:
    """Return whether something is shown, and nothing of it is to be answered first."""
    screen = session.screen()
    # Before they draw, many ask the terminal what it can do.
    if screen.is_blank or asks(screen.text()):
        return False
    return find_prompt(screen, session.tty()) is None
