"""What is known of one command (pure)."""

from dataclasses import dataclass
from enum import Enum, auto


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


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the bot."""

    name: str
    """Without the slash; `[a-z0-9_]`, up to 32 characters."""
    help: str
    """What it does; one line, lower case, without a full stop."""
    section: Section
    handler: str
    """Function that carries it out: `module.function` in `handlers/`."""
    aliases: tuple[str, ...] = ()
    """Other names of the same."""
    usage: str = ""
    """Its arguments: `NAME`, `[N]`, `on|off`; empty when it takes none."""
    example: str = ""
    """Arguments that show how it is meant; told with every usage error."""
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

    @property
    def names(self) -> tuple[str, ...]:
        """The name and all aliases."""
        return (self.name, *self.aliases)

    @property
    def form(self) -> str:
        """How it is written: `/ctrl C`."""
        return f"/{self.name} {self.usage}".rstrip()
