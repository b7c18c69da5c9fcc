"""The commands (pure): one table for dispatch, the menu, /help, usage and the docs.

A new command is one entry here and one function in `handlers/`, which the entry
names as `module.function`.
"""

from dataclasses import dataclass
from enum import Enum
from functools import partial

from coderbot.botprocess.telegram.listed import ListedCommand


class Section(Enum):
    """A group of commands in /help and in the docs."""

    LOOK = "Look"
    STEER = "Steer"
    CHANGE = "Change the fleet"
    BOT = "This bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(ListedCommand):
    """One command of the control bot."""

    section: Section
    in_menu: bool = False
    """Telegram's own list of commands shows it."""
    steers: bool = False
    """It changes something, so it is not done when it comes late."""

    @property
    def needed(self) -> int:
        """How many arguments it cannot do without."""
        return sum(not word.startswith("[") for word in self.usage.split())

    @property
    def most(self) -> int:
        """How many arguments it takes at most."""
        return len(self.usage.split())


_look = partial(Command, section=Section.LOOK)
_steer = partial(Command, section=Section.STEER, steers=True)
_bot_of = partial(_steer, usage="BOT", example="bot-0")
_change = partial(Command, section=Section.CHANGE, steers=True)
_own = partial(Command, section=Section.BOT)

COMMANDS: tuple[Command, ...] = (
    _look(
        "status",
        "all bots in one live message, with buttons",
        handler="fleet.show_board",
        in_menu=True,
    ),
    _look("listbots", "the ids and names of all bots", handler="fleet.list_bots"),
    _look(
        "health",
        "who is well, and who is not",
        handler="fleet.show_health",
        in_menu=True,
    ),
    _look(
        "uptime", "how long everything has been running", handler="fleet.show_uptime"
    ),
    _look(
        "logs",
        "the newest lines of a bot, of parent or of control",
        handler="logs.send_logs",
        usage="BOT [N] [LEVEL]",
        example="bot-0 50 warning",
        in_menu=True,
    ),
    _look(
        "crashes",
        "the last crashes, of all bots or of one",
        handler="fleet.show_crashes",
        usage="[BOT]",
        example="bot-0",
        in_menu=True,
    ),
    _bot_of("start_bot", "start a bot", handler="steer.start_bot"),
    _bot_of("stop_bot", "stop a bot", handler="steer.stop_bot"),
    _bot_of("restart_bot", "restart a bot", handler="steer.restart_bot"),
    _bot_of("kill_bot", "end a bot at once, without grace", handler="steer.kill_bot"),
    _steer("startall", "start every bot that does not run", handler="steer.start_all"),
    _steer("stopall", "stop every bot", handler="steer.stop_all", in_menu=True),
    _steer("restartall", "restart every bot that runs", handler="steer.restart_all"),
    _change(
        "addbot", "add a bot by its token", handler="tokens.add_bot", usage="[TOKEN]"
    ),
    _change(
        "removebot",
        "remove a bot, after a question",
        handler="tokens.remove_bot",
        usage="BOT",
        example="bot-0",
    ),
    _change(
        "reload",
        "read the settings anew, after a look at what that changes",
        handler="changes.reload",
    ),
    _change(
        "shutdown",
        "stop all bots and the supervisor, after a question",
        handler="changes.shut_down",
    ),
    _own("help", "list the commands", handler="basics.send_reference", in_menu=True),
    _own(
        "start",
        "what this bot does",
        handler="basics.send_welcome",
        aliases=("controlstart",),
    ),
    _own("cancel", "forget what was asked for", handler="basics.cancel"),
)
"""Every command, in the order of /help."""

BY_NAME = {name: command for command in COMMANDS for name in command.names}
"""Every command by its name and by its aliases."""


def menu() -> tuple[tuple[str, str], ...]:
    """Return the names and descriptions for Telegram's own list of commands."""
    return tuple((each.name, each.help) for each in COMMANDS if each.in_menu)
