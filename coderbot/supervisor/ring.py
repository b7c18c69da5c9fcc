"""The newest lines of one bot, bounded in number and size (pure)."""

from collections import deque
from collections.abc import Sequence
from itertools import repeat

from coderbot.loglevel import Level
from coderbot.supervisor.lines import LogLine, Stream

_Entry = tuple[int, float, float, int, Stream, Level, str]
"""Sequence number, wall time, monotonic time, run, stream, level, text.

A tuple takes a tenth of the time of a LogLine, and of a flood few are ever read.
"""


class Ring:
    """Keeps the newest lines of one bot.

    Args:
        bot: Its id, or `lines.PARENT`.
        max_lines: How many lines at most.
        max_chars: How many characters all their texts have at most.
    """

    def __init__(self, bot: str, max_lines: int, max_chars: int) -> None:
        self._bot = bot
        self._max_lines = max_lines
        self._max_chars = max_chars
        self._entries: deque[_Entry] = deque()
        self._chars = 0
        self.dropped = 0
        """How many lines have been dropped to make room."""

    def add(
        self,
        first_seq: int,
        wall: float,
        mono: float,
        run: int,
        stream: Stream,
        levels: Sequence[Level],
        texts: Sequence[str],
    ) -> None:
        """Add lines that came at once, numbered from `first_seq`."""
        self._entries.extend(
            zip(
                range(first_seq, first_seq + len(texts)),
                repeat(wall),
                repeat(mono),
                repeat(run),
                repeat(stream),
                levels,
                texts,
                strict=False,
            )
        )
        self._chars += sum(map(len, texts))
        self._trim()

    def newest(self, after: int, limit: int) -> list[LogLine]:
        """Return the newest `limit` lines with a number above `after`, in order."""
        found: list[LogLine] = []
        for seq, wall, mono, run, stream, level, text in reversed(self._entries):
            if seq <= after or len(found) >= limit:
                break
            found.append(LogLine(seq, wall, mono, self._bot, run, stream, level, text))
        found.reverse()
        return found

    def _trim(self) -> None:
        entries = self._entries
        while len(entries) > self._max_lines or self._chars > self._max_chars:
            self._chars -= len(entries.popleft()[-1])
            self.dropped += 1
