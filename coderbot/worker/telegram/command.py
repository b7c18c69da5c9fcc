"""What is known of one command (pure)."""

from dataclasses import dataclass
from enum import Enum, auto

from coderbot.botprocess.telegram.listed import ListedCommand


class Section(Enum):
    """A group of commands in /help and in the docs."""

    TERMINALS = "Terminals"
    ASSISTANTS = "Assistants"
    SCREEN = "Screen"
    TYPING = "Typing"
    MACROS = "Macros"
    KEYS = "Keys"
    VOICE = "Voice"
    FILES = "Files"
    BOT = "This bot"


class Menu(Enum):
    """The list of commands that Telegram shows beside the input field."""

    IDLE = auto()
    """While the user has no terminal."""
    OPEN = auto()
    """While the user has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(ListedCommand):
    """One command of the bot."""

    section: Section
    menus: tuple[Menu, ...] = ()
    """Where Telegram's own list of commands shows it."""
    needs_terminal: bool = False
    """Without an open terminal the user is told how to get one instead."""
    is_urgent: bool = False
    """Does not wait for what the same user asked for before."""
    urgent_arguments: tuple[str, ...] = ()
    """Arguments, lower case, with which it does not wait either."""
    key: str = ""
    """Key that it presses, by its name in `terminal.keys`."""
