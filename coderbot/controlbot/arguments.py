"""Arguments of commands (pure)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from coderbot.loglevel import Level

LINES = 30
"""Lines that /logs sends when nothing is said."""
MAX_LINES = 10_000


@dataclass(frozen=True, slots=True)
class LogWish:
    """Which lines are wanted."""

    bot: str
    """As somebody wrote it."""
    count: int = LINES
    level: Level = Level.DEBUG
    """The least that a line must have."""


def parse_logs(words: Sequence[str]) -> LogWish:
    """Return what `/logs BOT [N] [LEVEL]` asks for; N and LEVEL in any order.

    Raises:
        ValueError: With what is wrong.
    """
    bot, *rest = words
    wish = LogWish(bot)
    for word in rest:
        if re.fullmatch(r"[0-9]{1,9}", word, re.ASCII):
            if not 1 <= int(word) <= MAX_LINES:
                raise ValueError(f"N is a number from 1 to {MAX_LINES}.")
            wish = LogWish(wish.bot, int(word), wish.level)
        elif word.upper() in Level.__members__:
            wish = LogWish(wish.bot, wish.count, Level[word.upper()])
        else:
            levels = ", ".join(level.name.lower() for level in Level)
            raise ValueError(f"N is a number, LEVEL one of {levels}.")
    return wish
