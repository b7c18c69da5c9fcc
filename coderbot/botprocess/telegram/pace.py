"""How fast Telegram lets a bot speak (pure); times in seconds of one clock.

It allows about one message a second in a private chat, 20 a minute in a group and
30 a second in all; an edit counts as a message. The exact limits are not told and
vary, so each is kept with some room.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol


class Priority(IntEnum):
    """What goes first when several things wait; the lowest number does."""

    ALERT = 0
    """Somebody is waited for."""
    REPLY = 1
    DELETE = 2
    SCREEN = 3
    """The picture of a screen that is brought up to date."""
    FILE = 4
    """A file; hundreds may wait, and must not keep a screen from being seen."""
    TIDY = 5
    """What an earlier run has left behind."""


class Overall(Protocol):
    """Says when anything may be sent at all."""

    def wait_s(self, now: float) -> float:
        """Return for how long nothing may be sent."""

    def take(self, now: float, count: int = 1) -> None:
        """Count what is being sent."""


@dataclass(slots=True)
class Bucket:
    """Holds up to `burst` tokens; `per_s` come back each second."""

    burst: float
    per_s: float
    level: float
    at: float

    @classmethod
    def full(cls, burst: float, per_s: float, now: float) -> "Bucket":
        """Return one that nobody has taken from."""
        return cls(burst, per_s, burst, now)

    def wait_s(self, now: float, least: float = 1.0) -> float:
        """Return for how long there will be less than `least` in it."""
        self.level = min(self.burst, self.level + (now - self.at) * self.per_s)
        self.at = now
        # What is missing by a rounding error is not worth another turn.
        missing = least - self.level
        return missing / self.per_s if missing > 1e-9 else 0.0

    def take(self, now: float, count: int = 1) -> None:
        """Take some out; more than there is makes the next one wait longer."""
        self.wait_s(now)
        self.level -= count


@dataclass(frozen=True, slots=True)
class Rates:
    """What a chat takes: how much at once after a quiet while, and how much a second."""

    burst: float
    per_s: float
    screen_burst: float
    screen_per_s: float


PRIVATE = Rates(burst=3, per_s=0.9, screen_burst=2, screen_per_s=0.5)
GROUP = Rates(burst=3, per_s=0.28, screen_burst=2, screen_per_s=0.25)
"""3 at once and 0.28 a second never make more than 20 in a minute."""
_OVERALL_BURST, _OVERALL_PER_S = 25, 25


class ChatPace:
    """The clock of one chat.

    Screens have a bucket of their own besides the common one, and all but replies
    and alerts leave one token in that: whatever a program draws and however many
    files there are, a reply goes out at once.

    Args:
        rates: What the chat takes.
        now: The time.
    """

    def __init__(self, rates: Rates, now: float) -> None:
        self._messages = Bucket.full(rates.burst, rates.per_s, now)
        self._screens = Bucket.full(rates.screen_burst, rates.screen_per_s, now)
        self.held_until = 0.0
        """Time before which nothing is to be sent here."""

    def wait_s(self, priority: Priority, messages: int, now: float) -> float:
        """Return how long something has to wait that makes so many messages."""
        waits = [self.held_until - now, 0.0]
        if messages:
            least = 1.0 if priority <= Priority.REPLY else 2.0
            waits.append(self._messages.wait_s(now, least))
        if messages and priority is Priority.SCREEN:
            waits.append(self._screens.wait_s(now))
        return max(waits)

    def take(self, priority: Priority, messages: int, now: float) -> None:
        """Count something that is being sent."""
        self._messages.take(now, messages)
        if messages and priority is Priority.SCREEN:
            self._screens.take(now)

    def is_rested(self, now: float) -> bool:
        """Return whether nothing of what was sent here counts any more."""
        buckets = (self._messages, self._screens)
        full = all(each.wait_s(now, each.burst) <= 0 for each in buckets)
        return full and self.held_until <= now


def overall(now: float) -> Bucket:
    """Return the bucket of all chats together."""
    return Bucket.full(_OVERALL_BURST, _OVERALL_PER_S, now)


def pace_of(chat: int | None, now: float) -> ChatPace:
    """Return the clock of a chat; groups have negative numbers."""
    return ChatPace(GROUP if chat is not None and chat < 0 else PRIVATE, now)
