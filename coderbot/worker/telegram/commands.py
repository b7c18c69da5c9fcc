"""The commands: one table for dispatch, for the menu and for /help."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from coderbot.worker.telegram.handlers import basics, keyboard, killbot, terminal
from coderbot.worker.telegram.request import Request

Handler = Callable[[Request], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the bot."""

    name: str
    """Without the slash; `[a-z0-9_]`, up to 32 characters."""
    description: str
    """Shown in the menu and by /help."""
    handle: Handler
    needs_terminal: bool = False
    """Without an open terminal the user is told how to get one instead."""
    is_urgent: bool = False
    """Does not wait for what the same user asked for before."""


async def _help(request: Request) -> None:
    entries = ((command.name, command.description) for command in COMMANDS)
    await basics.send_reference(request, entries)


def _key(name: str, description: str, key: str, is_urgent: bool = False) -> Command:
    return Command(name, description, keyboard.presser(key), True, is_urgent)


COMMANDS: tuple[Command, ...] = (
    Command("xterm", "open a terminal", terminal.open_terminal),
    Command("screen", "show the screen", terminal.show_screen, True),
    Command("close", "close the terminal", terminal.close_terminal, True),
    Command("keys", "type text without Enter: /keys TEXT", keyboard.type_keys, True),
    _key("enter", "press Enter", "enter"),
    _key("ctrlc", "press Control-C at once", "ctrl+c", is_urgent=True),
    Command("ctrl", "press Control and a key: /ctrl C", keyboard.press_control, True),
    _key("ctrlx", "press Control-X", "ctrl+x"),
    _key("esc", "press Escape", "esc"),
    _key("tab", "press Tab", "tab"),
    _key("space", "press the space bar", "space"),
    _key("delete", "delete the character before the cursor", "backspace"),
    _key("arrowup", "press the arrow up", "up"),
    _key("arrowdown", "press the arrow down", "down"),
    *(_key(digit, f"press {digit}", digit) for digit in "12345"),
    Command("killbot", "stop this bot", killbot.ask_to_kill, is_urgent=True),
    Command("help", "list the commands", _help),
    Command("start", "what this bot does", basics.send_welcome),
)

BY_NAME = {command.name: command for command in COMMANDS}
