"""The event log: every change of state, in order."""

from collections import deque

from coderbot.sandbox.jsontypes import Json

_CAPACITY = 5000
"""Events kept; a reader that falls further behind is told that it missed some."""


class EventLog:
    """Numbers events and keeps the latest.

    Args:
        capacity: How many are kept.
    """

    def __init__(self, capacity: int = _CAPACITY) -> None:
        self.last = 0
        """Number of the latest event; 0 before the first."""
        self._events: deque[Json] = deque(maxlen=capacity)

    def add(self, event: Json) -> Json:
        """Append an event; return it with its number `seq`."""
        self.last += 1
        numbered = {"seq": self.last, **event}
        self._events.append(numbered)
        return numbered

    def since(
        self, after: int, bot_id: int | None = None, chat_id: int | None = None
    ) -> list[Json]:
        """Return the events later than `after`, of one bot or chat when given."""
        found: list[Json] = []
        for event in reversed(self._events):
            if event["seq"] <= after:
                break
            if bot_id is not None and event.get("bot_id") != bot_id:
                continue
            if chat_id is not None and event.get("chat_id") != chat_id:
                continue
            found.append(event)
        return found[::-1]

    def has_lost(self, after: int) -> bool:
        """Tell whether events later than `after` are kept no more."""
        oldest = self._events[0]["seq"] if self._events else 1
        return after + 1 < oldest
