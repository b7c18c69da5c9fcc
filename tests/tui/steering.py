"""What tests of the dashboard share: waiting, and reading the screen."""

import asyncio
from collections.abc import Callable
from typing import Any

from textual._context import visible_screen_stack
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip

from coderbot.tui.app import CoderBotApp
from coderbot.tui.widgets.bot_table import BotTable
from coderbot.tui.widgets.log_view import LogView

DEADLINE_S = 30.0


async def until(pilot: Pilot[Any], condition: Callable[[], bool]) -> None:
    """Let the dashboard work until something is true.

    Raises:
        AssertionError: When it does not become true; tells what is shown instead.
    """
    try:
        async with asyncio.timeout(DEADLINE_S):
            while not condition():
                await pilot.pause(0.01)
    except TimeoutError:
        rows = "\n".join(screen_text(pilot.app))
        raise AssertionError(f"{pilot.app.screen!r} shows:\n{rows}") from None


def toasts(app: CoderBotApp) -> list[tuple[str, str]]:
    """Return severity and text of each toast, in order."""
    return [(toast.severity, toast.message) for toast in app._notifications]


def screen_strips(app: App[Any]) -> list[Strip]:
    """Return what the screen shows, row by row."""
    # Drawn here for the first time, a dialog would keep an empty background.
    visible_screen_stack.set(app._background_screens)
    return app.screen._compositor.render_strips()


def screen_text(app: App[Any]) -> list[str]:
    """Return what the screen shows as text, row by row."""
    return [strip.text.rstrip() for strip in screen_strips(app)]


def shown(app: App[Any], text: str) -> bool:
    """Tell whether the screen shows `text`."""
    return any(text in row for row in screen_text(app))


def is_open(app: App[Any], kind: type[Screen[Any]]) -> bool:
    """Tell whether a screen of some kind is in front, with its widgets in place."""
    screen = app.screen
    return isinstance(screen, kind) and any(each.size.area for each in screen.children)


def table(app: CoderBotApp) -> BotTable:
    """Return the table."""
    return app.screen_stack[0].query_one(BotTable)


def log_view(app: CoderBotApp) -> LogView:
    """Return the log."""
    return app.screen_stack[0].query_one(LogView)


def row(app: CoderBotApp, bot: str) -> list[str]:
    """Return the words of a bot's row."""
    return [cell.text.strip() for cell in table(app).cells(bot)]


def busy(app: CoderBotApp) -> bool:
    """Tell whether a command of some bot is under way."""
    return any(
        worker.group.startswith("bot:") and not worker.is_finished
        for worker in app.workers
    )
