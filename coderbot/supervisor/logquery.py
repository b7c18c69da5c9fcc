"""What one may look for in the history of the logs, and what was found (pure)."""

from dataclasses import dataclass, field

from coderbot.loglevel import Level
from coderbot.supervisor.lines import LogLine


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which lines are looked for: those to which all of this applies.

    Regular expressions are Python's, searched in the text of a line without its
    ANSI sequences.
    """

    pattern: str = ""
    """Regular expression; empty: every line."""
    ignore_case: bool = False
    """For all three kinds of expressions."""
    include: tuple[str, ...] = ()
    """Regular expressions that are all to be found as well."""
    exclude: tuple[str, ...] = ()
    """Regular expressions of which none may be found."""
    bots: tuple[str, ...] = ()
    """Ids, or `parent`; none: all."""
    level: Level = Level.DEBUG
    """At least."""
    since: float = 0.0
    """Not before this moment, in seconds since 1970."""
    after: int = 0
    """Only numbers above."""
    before: int | None = None
    """Only numbers below."""
    limit: int = 1_000
    """How many lines are returned at most: the newest."""
    count_all: bool = True
    """False: look no further than needed for `limit` lines."""

    @property
    def is_short(self) -> bool:
        """Whether no more lines are looked at than are returned."""
        expressions = self.pattern or self.include or self.exclude
        sifts = expressions or self.level > Level.DEBUG or self.since > 0
        return not sifts and not self.count_all


@dataclass(frozen=True, slots=True)
class LogHits:
    """What was found."""

    lines: list[LogLine]
    """The newest, in order; those read from files have `mono` 0."""
    counts: dict[str, int] = field(default_factory=dict)
    """How many there are in all, by bot; bots without any are missing."""
    searched: int = 0
    """How many lines were looked at."""
    is_complete: bool = True
    """False: time was up, and older lines were not looked at."""

    @property
    def count(self) -> int:
        """How many lines were found, returned or not."""
        return sum(self.counts.values())
