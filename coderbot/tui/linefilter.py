"""Which lines of the log are shown (pure)."""

from dataclasses import dataclass
from functools import lru_cache

from coderbot.loglevel import Level
from coderbot.supervisor.lines import LogLine
from coderbot.tui.linebuffer import plain_body
from coderbot.tui.needle import Needle

LEVELS = (Level.DEBUG, Level.INFO, Level.WARNING, Level.ERROR)
"""Least levels, in the order in which a key goes through them."""


@dataclass(frozen=True, slots=True)
class LineFilter:
    """A least level, words that a line must have, and `!words` it must not.

    A word between slashes, `/time(out)?/`, is a regular expression.
    """

    level: Level = Level.DEBUG
    text: str = ""

    def __bool__(self) -> bool:
        return self.level > Level.DEBUG or bool(self.text.split())

    @property
    def error(self) -> str:
        """What is wrong with an expression; empty when nothing is."""
        wants, refuses = self.needles()
        return next((each.error for each in (*wants, *refuses) if each.error), "")

    def shows(self, line: LogLine) -> bool:
        """Tell whether a line is shown."""
        if line.level < self.level:
            return False
        wants, refuses = self.needles()
        if not wants and not refuses:
            return True
        text = plain_body(line)
        # What is wrong with an expression may be found out only here; it hides nothing.
        return all(each.found_in(text) or each.error for each in wants) and not any(
            each.found_in(text) for each in refuses
        )

    def needles(self) -> tuple[tuple[Needle, ...], tuple[Needle, ...]]:
        """Return what a line must have, and what it must not."""
        return _parsed(self.text)

    def describe(self) -> str:
        """Return it in words, for a title; empty when all lines are shown."""
        words = [
            "" if self.level is Level.DEBUG else f"≥ {self.level.name.lower()}",
            f"only: {self.text}" if self.text else "",
            f"bad expression: {self.error}" if self.error else "",
        ]
        return "  ·  ".join(filter(None, words))


@lru_cache(maxsize=16)
def _parsed(text: str) -> tuple[tuple[Needle, ...], tuple[Needle, ...]]:
    words = text.split()
    wants = tuple(_needle(word) for word in words if not word.startswith("!"))
    refuses = [word[1:] for word in words if word.startswith("!") and len(word) > 1]
    return wants, tuple(map(_needle, refuses))


def _needle(word: str) -> Needle:
    if len(word) > 2 and word.startswith("/") and word.endswith("/"):
        return Needle(word[1:-1], is_regex=True)
    return Needle(word)
