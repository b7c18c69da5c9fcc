"""In which order the bots stand (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from coderbot.supervisor.events import BotSnapshot
from coderbot.tui.columns import COLUMNS, Column

_FIRST = COLUMNS[0].key


@dataclass(frozen=True, slots=True)
class BotOrder:
    """By which column, and which way."""

    key: str = _FIRST
    descending: bool = False

    @property
    def is_usual(self) -> bool:
        """Whether bots stand by index, as at first."""
        return self == BotOrder()

    @property
    def arrow(self) -> str:
        """The sign of its direction."""
        return "▼" if self.descending else "▲"

    @property
    def words(self) -> str:
        """What it is, for the person."""
        return f"by {_column(self.key).label} {self.arrow}"

    def arranged(self, bots: Sequence[BotSnapshot]) -> list[BotSnapshot]:
        """Return bots in order; equal ones by index, those without a value last."""
        rank = _column(self.key).order
        by_index = sorted(bots, key=lambda bot: bot.index)
        known = [(value, bot) for bot in by_index if (value := rank(bot)) is not None]
        unknown = [bot for bot in by_index if rank(bot) is None]
        known.sort(key=lambda pair: pair[0], reverse=self.descending)
        return [bot for _, bot in known] + unknown

    def inverted(self) -> "BotOrder":
        """Return the other way around."""
        return replace(self, descending=not self.descending)

    def by(self, key: str) -> "BotOrder":
        """Return the order by a column, its usual way; by the same one: inverted."""
        if key == self.key:
            return self.inverted()
        return BotOrder(key, descending=_column(key).right)

    def beside(self, keys: Sequence[str], step: int) -> "BotOrder":
        """Return the order by the column `step` beside this one, among `keys`."""
        here = keys.index(self.key) if self.key in keys else 0
        return self.by(keys[(here + step) % len(keys)])


def _column(key: str) -> Column:
    return next(column for column in COLUMNS if column.key == key)
