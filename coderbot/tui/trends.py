"""How CPU, memory and lines of each bot have changed lately (pure)."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence

from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.lines import LogLine

KEPT = 60
"""How many ticks it remembers."""


class Trends:
    """Values of each bot, from tick to tick."""

    def __init__(self) -> None:
        self._lines: Counter[str] = Counter()
        self._past: dict[tuple[str, str], deque[float]] = {}

    def note(self, lines: Iterable[LogLine]) -> None:
        """Count lines that came since the last tick."""
        self._lines.update(line.bot for line in lines)

    def tick(self, bots: Sequence[BotSnapshot]) -> None:
        """Note how the bots stand now, and how much they have written since."""
        for bot in bots:
            self._put(bot.bot, "lines", self._lines[bot.bot])
            self._put(bot.bot, "cpu", bot.cpu_percent or 0.0)
            self._put(bot.bot, "memory", float(bot.rss_bytes or 0))
        known = {bot.bot for bot in bots}
        self._past = {key: past for key, past in self._past.items() if key[0] in known}
        self._lines.clear()

    def values(self, bot: str, what: str, count: int) -> list[float]:
        """Return the last values of `lines`, `cpu` or `memory`, oldest first."""
        past = self._past.get((bot, what), ())
        return list(past)[-count:] if count > 0 else []

    def _put(self, bot: str, what: str, value: float) -> None:
        past = self._past.setdefault((bot, what), deque(maxlen=KEPT))
        past.append(value)
