"""What the buttons under messages stand for, and whose they are."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass

from coderbot.worker.telegram.press import Target

_MAX_ISSUED = 1_000


@dataclass(frozen=True, slots=True)
class _Issued:
    """Buttons that somebody may press."""

    user_id: int
    """Who alone may press it."""
    target: Target
    """What a press is handed to."""


class Buttons:
    """Hands out short ids for buttons and knows them again.

    An id says nothing by itself, so one that is made up, that belongs to
    somebody else or whose terminal is closed leads nowhere. Memory is bounded:
    the oldest are forgotten.
    """

    def __init__(self) -> None:
        self._issued: OrderedDict[str, _Issued] = OrderedDict()

    def issue(self, user_id: int, target: Target) -> str:
        """Return a new id for buttons of `user_id`; presses go to `target`."""
        key = secrets.token_urlsafe(9)
        self._issued[key] = _Issued(user_id, target)
        if len(self._issued) > _MAX_ISSUED:
            self._issued.popitem(last=False)
        return key

    def find(self, key: str, user_id: int) -> Target | None:
        """Return what the id stands for, if it is of this user and still valid."""
        issued = self._issued.get(key)
        return issued.target if issued and issued.user_id == user_id else None

    def revoke(self, key: str) -> None:
        """Make an id invalid."""
        self._issued.pop(key, None)
