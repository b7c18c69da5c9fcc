"""Which bots of the fleet are shown (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

from coderbot.supervisor.events import BotSnapshot


@dataclass(frozen=True, slots=True)
class BotFilter:
    """Words that a bot must have in its name, state, status or host; `!word`: must not."""

    text: str = ""

    def chosen(self, bots: Sequence[BotSnapshot]) -> list[BotSnapshot]:
        """Return the bots that are shown, in the same order."""
        words = self.text.lower().split()
        return [bot for bot in bots if all(_fits(word, bot) for word in words)]


def _fits(word: str, bot: BotSnapshot) -> bool:
    if word.startswith("!"):
        return len(word) == 1 or not _has(word[1:], bot)
    return _has(word, bot)


def _has(word: str, bot: BotSnapshot) -> bool:
    name = (bot.bot, f"@{bot.username}", bot.full_name)
    fields = (*name, bot.state, bot.status, bot.host)
    return any(word in field.lower() for field in fields)
