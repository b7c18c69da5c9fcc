"""The newest lines of one bot, bounded in number and size (pure)."""

from collections import deque

from coderbot.supervisor.blocks import Block
from coderbot.supervisor.lines import LogLine

_YOUNG_S = 60.0
"""Lines that are dropped within this time were driven out by a flood, in seconds."""


class Ring:
    """Keeps the newest lines of one bot.

    Args:
        max_lines: How many lines at most.
        max_chars: How many characters all their texts have at most.
    """

    def __init__(self, max_lines: int, max_chars: int) -> None:
        self._max_lines = max_lines
        self._max_chars = max_chars
        self._blocks: deque[tuple[Block, int]] = deque()
        """Blocks with the number of their characters."""
        self._lines = 0
        self._chars = 0
        self.dropped = 0
        """How many lines have been dropped to make room."""
        self.flooded = 0
        """How many of them were dropped soon after they had come."""

    def add(self, block: Block) -> None:
        """Add lines that came at once."""
        chars = sum(map(len, block.texts))
        self._blocks.append((block, chars))
        self._lines += len(block.texts)
        self._chars += chars
        while self._lines > self._max_lines or self._chars > self._max_chars:
            self._drop(block.mono)

    def newest(self, after: int, limit: int) -> list[LogLine]:
        """Return the newest `limit` lines with a number above `after`, in order."""
        found: list[LogLine] = []
        for block, _ in reversed(self._blocks):
            if block.last_seq <= after or len(found) >= limit:
                break
            start = max(after, block.last_seq - (limit - len(found)))
            found += reversed(block.after(start).lines())
        found.reverse()
        return found

    def blocks(self, after: int) -> list[Block]:
        """Return all lines with a number above `after`, as they came."""
        found: list[Block] = []
        for block, _ in reversed(self._blocks):
            if block.last_seq <= after:
                break
            found.append(block.after(after))
        found.reverse()
        return found

    def _drop(self, now: float) -> None:
        """Drop as much of the oldest block as must go."""
        block, chars = self._blocks.popleft()
        count, gone = self._excess(block, chars)
        if count < len(block.texts):
            rest = block.after(block.first_seq + count - 1)
            self._blocks.appendleft((rest, chars - gone))
        self._lines -= count
        self._chars -= gone
        self.dropped += count
        if now - block.mono < _YOUNG_S:
            self.flooded += count

    def _excess(self, block: Block, chars: int) -> tuple[int, int]:
        """Return how many lines of the oldest block must go, and their characters."""
        too_many = self._lines - self._max_lines
        too_long = self._chars - self._max_chars
        if too_many >= len(block.texts) or too_long >= chars:
            return len(block.texts), chars
        count = max(0, too_many)
        gone = sum(map(len, block.texts[:count]))
        while gone < too_long:
            gone += len(block.texts[count])
            count += 1
        return count, gone
