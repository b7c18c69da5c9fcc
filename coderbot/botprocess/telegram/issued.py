"""What the buttons under messages stand for, whose they are, and for how long."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar

from coderbot.clock import Clock

_T = TypeVar("_T")

_MAX_ISSUED = 1_000


@dataclass(frozen=True, slots=True)
class _Issued(Generic[_T]):
    """Buttons that somebody may press."""

    user_id: int
    """Who alone may press them."""
    target: _T
    """What a press is handed to."""
    until: float
    """Monotonic time after which they lead nowhere, in seconds."""


class IssuedButtons(Generic[_T]):
    """Hands out short keys for buttons and knows them again.

    A key says nothing by itself, so one that is made up, or belongs to somebody
    else, or is too old leads nowhere. Memory is bounded: the oldest are forgotten.

    Args:
        clock: For the age of a key.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: OrderedDict[str, _Issued[_T]] = OrderedDict()

    def issue(self, user_id: int, target: _T, lifetime_s: float = float("inf")) -> str:
        """Return a new key for buttons of one user; presses go to `target`."""
        key = secrets.token_urlsafe(9)
        until = self._clock.monotonic() + lifetime_s
        self._issued[key] = _Issued(user_id, target, until)
        if len(self._issued) > _MAX_ISSUED:
            self._issued.popitem(last=False)
        return key

    def find(self, key: str, user_id: int) -> _T | None:
        """Return what a key stands for, if it is this user's and still good."""
        issued = self._issued.get(key)
        if issued is None or issued.user_id != user_id:
            return None
        return issued.target if self._clock.monotonic() < issued.until else None

    def revoke(self, key: str) -> None:
        """Make a key lead nowhere."""
        self._issued.pop(key, None)
