"""Lines that came at once, kept and written together (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import repeat

from coderbot.loglevel import Level
from coderbot.supervisor.lines import PARENT, LogLine, Stream, head_of, timestamp_of
from coderbot.supervisor.storedlines import NUMBERED_EVERY


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring lines of one stream; what is said of one line is in LogLine.

    A flood comes by the thousand lines in a chunk. All that is done to a chunk is
    done to the block, so that a line costs next to nothing.
    """

    first_seq: int
    """Number of its first line; the others follow without gaps."""
    wall: float
    mono: float
    bot: str
    run: int
    stream: Stream
    levels: Sequence[Level]
    """One for each text."""
    texts: Sequence[str]
    """At least one; none holds a newline."""

    @property
    def last_seq(self) -> int:
        """Number of its last line."""
        return self.first_seq + len(self.texts) - 1

    def after(self, seq: int) -> "Block":
        """Return the block without the lines up to number `seq`.

        Args:
            seq: Below the number of its last line.
        """
        skip = seq - self.first_seq + 1
        if skip <= 0:
            return self
        levels, texts = self.levels[skip:], self.texts[skip:]
        return replace(self, first_seq=seq + 1, levels=levels, texts=texts)

    def lines(self) -> list[LogLine]:
        """Return its lines one by one."""
        numbers = range(self.first_seq, self.first_seq + len(self.texts))
        columns = (repeat(self.wall), repeat(self.mono), repeat(self.bot))
        more = (repeat(self.run), repeat(self.stream), self.levels, self.texts)
        return list(map(LogLine, numbers, *columns, *more))

    def printed(self) -> str:
        """Return its lines as they are printed, each `TIMESTAMP PREFIX TEXT`."""
        stamp = timestamp_of(self.wall)
        prefix = f"\n{stamp} {head_of(self.bot)} "
        if self.bot == PARENT:
            return _joined(prefix[1:], self.texts)
        own = f"[{self.bot}] "
        # A line that a service of the worker wrote bears its prefix already. No text
        # holds a newline, so that this finds it at the start of a line alone.
        text = "\n" + _joined(prefix[1:], self.texts)
        return text.replace(prefix + own, f"\n{stamp} {own}")[1:]

    def stored(self) -> str:
        """Return its lines as they are stored: see `storedlines`."""
        stamp = timestamp_of(self.wall)
        places = range(0, len(self.texts), NUMBERED_EVERY)
        return "".join(self._stored_from(place, stamp) for place in places)

    def _stored_from(self, place: int, stamp: str) -> str:
        """Return a line with its number, and those behind it that need none."""
        levels = self.levels[place : place + NUMBERED_EVERY]
        texts = self.texts[place : place + NUMBERED_EVERY]
        rest = f"{self.stream} run {self.run}"
        number = self.first_seq + place
        first = f"{stamp} {levels[0].name} {rest}@{number} {texts[0]}\n"
        if len(texts) == 1:
            return first
        if levels.count(levels[0]) == len(levels):
            return first + _joined(f"{stamp} {levels[0].name} {rest} ", texts[1:])
        return first + "".join(
            f"{stamp} {level.name} {rest} {text}\n"
            for level, text in zip(levels[1:], texts[1:], strict=True)
        )


def _joined(prefix: str, texts: Sequence[str]) -> str:
    return prefix + f"\n{prefix}".join(texts) + "\n"
