"""Which bots a person means (pure)."""

from collections.abc import Sequence

from coderbot.supervisor.controlwire import FleetStatus
from coderbot.supervisor.errors import UnknownBotError
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.lines import CONTROL

ALL = "all"
"""Every bot of the fleet; the control bot is none of it."""


def everyone(status: FleetStatus) -> list[BotSnapshot]:
    """Return all that can be named: the bots, and the control bot if there is one."""
    aide = status.control_bot
    return [*status.bots, *([aide] if aide is not None else [])]


def chosen(names: Sequence[str], bots: Sequence[BotSnapshot]) -> list[BotSnapshot]:
    """Return the bots that are named, each once, in the order of their index.

    Args:
        names: `bot-0`, `@username` or `username` in any case, `control`, or `all`.
        bots: All that there are.

    Raises:
        UnknownBotError: For the first name that no bot has.
    """
    found = {bot.bot for name in names for bot in _matches(name, bots)}
    return [bot for bot in bots if bot.bot in found]


def _matches(name: str, bots: Sequence[BotSnapshot]) -> Sequence[BotSnapshot]:
    if name == ALL:
        return [bot for bot in bots if bot.bot != CONTROL]
    matches = [bot for bot in bots if bot.bot == name]
    username = name.removeprefix("@").lower()
    matches = matches or [
        bot for bot in bots if username and bot.username.lower() == username
    ]
    if not matches:
        known = ", ".join(map(_called, bots)) or "none"
        raise UnknownBotError(f"There is no bot {name!r}", f"Bots: {known}.")
    return matches


def _called(bot: BotSnapshot) -> str:
    return f"{bot.bot} (@{bot.username})" if bot.username else bot.bot
