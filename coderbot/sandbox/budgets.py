"""Telegram's message rates, when they are to be felt."""

import math
from collections import deque
from dataclasses import dataclass, field

_CHAT_BURST = 3
_CHAT_PER_S = 1.0
_TOTAL_BURST = 30
_TOTAL_PER_S = 30.0
_GROUP_MESSAGES = 20
_GROUP_WINDOW_S = 60.0


@dataclass(slots=True)
class _Bucket:
    burst: float
    per_s: float
    level: float
    at: float

    def wait_s(self, now: float) -> float:
        """Refill; return the seconds until one more message fits."""
        self.level = min(self.burst, self.level + (now - self.at) * self.per_s)
        self.at = now
        return max(0.0, (1 - self.level) / self.per_s)


@dataclass(slots=True)
class _Window:
    times: deque[float] = field(default_factory=deque)

    def wait_s(self, now: float) -> float:
        """Return the seconds until one more message fits into the window."""
        while self.times and self.times[0] <= now - _GROUP_WINDOW_S:
            self.times.popleft()
        if len(self.times) < _GROUP_MESSAGES:
            return 0.0
        return self.times[0] + _GROUP_WINDOW_S - now


class Budgets:
    """Counts sends and edits of each bot; says how long one too many must wait."""

    def __init__(self) -> None:
        self._totals: dict[int, _Bucket] = {}
        self._chats: dict[tuple[int, int], _Bucket] = {}
        self._groups: dict[tuple[int, int], _Window] = {}

    def spend(self, bot_id: int, chat_id: int, now: float, messages: int = 1) -> int:
        """Count messages; return 0, or the seconds to wait instead.

        Args:
            bot_id: Who sends.
            chat_id: Where to; negative for a group.
            now: Monotonic time in seconds.
            messages: How many; an album counts each of its files.
        """
        key = (bot_id, chat_id)
        total = self._totals.setdefault(
            bot_id, _Bucket(_TOTAL_BURST, _TOTAL_PER_S, _TOTAL_BURST, now)
        )
        chat = self._chats.setdefault(
            key, _Bucket(_CHAT_BURST, _CHAT_PER_S, _CHAT_BURST, now)
        )
        group = self._groups.setdefault(key, _Window())
        waits = [total.wait_s(now), chat.wait_s(now)]
        if chat_id < 0:
            waits.append(group.wait_s(now))
        if max(waits) > 0:
            return max(1, math.ceil(max(waits)))
        total.level -= messages
        chat.level -= messages
        if chat_id < 0:
            group.times.extend([now] * messages)
        return 0
