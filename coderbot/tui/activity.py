"""How much each bot has written lately (pure)."""

from collections import Counter, deque
from collections.abc import Iterable

from coderbot.supervisor.lines import LogLine

SECONDS = 12
"""How far back the picture goes."""


class Activity:
    """Lines of each bot, second by second."""

    def __init__(self) -> None:
        self._now: Counter[str] = Counter()
        self._past: dict[str, deque[int]] = {}

    def note(self, lines: Iterable[LogLine]) -> None:
        """Count lines that came in this second."""
        self._now.update(line.bot for line in lines)

    def tick(self) -> None:
        """Close this second."""
        for bot in self._now:
            self._past.setdefault(bot, deque([0] * SECONDS, SECONDS))
        for bot, counts in self._past.items():
            counts.append(self._now[bot])
        self._now.clear()

    def counts(self, bot: str) -> list[int]:
        """Return lines per second of a bot, oldest first."""
        return list(self._past.get(bot, ()))
