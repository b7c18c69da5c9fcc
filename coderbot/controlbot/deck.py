"""What the buttons under messages stand for, whose they are, and for how long."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

from coderbot.clock import Clock

_MAX_ISSUED = 500


@dataclass(frozen=True, slots=True)
class Press:
    """One press, by the admin for whom the button was made."""

    admin: int
    key: str
    """Under which `Deck` has issued what was pressed."""
    action: str
    """Which of its buttons."""
    message: int | None
    """Message that the button stands under; None when it is too old to be told."""


class Target(Protocol):
    """Stands behind the buttons of one message."""

    async def press(self, press: Press) -> str:
        """Do what the button says, or begin to; returns a toast, or nothing."""


@dataclass(frozen=True, slots=True)
class _Issued:
    admin: int
    target: Target
    until: float
    """Monotonic time after which it leads nowhere, in seconds."""


class Deck:
    """Hands out keys for buttons and knows them again.

    A key says nothing by itself, so one that is made up, or belongs to somebody
    else, or is too old leads nowhere. Memory is bounded: the oldest are forgotten.

    Args:
        clock: For the age of a key.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: OrderedDict[str, _Issued] = OrderedDict()

    def issue(
        self, admin: int, target: Target, lifetime_s: float = float("inf")
    ) -> str:
        """Return a new key for buttons of one admin; presses go to `target`."""
        key = secrets.token_urlsafe(9)
        until = self._clock.monotonic() + lifetime_s
        self._issued[key] = _Issued(admin, target, until)
        if len(self._issued) > _MAX_ISSUED:
            self._issued.popitem(last=False)
        return key

    def find(self, key: str, admin: int) -> Target | None:
        """Return what a key stands for, if it is this admin's and still good."""
        issued = self._issued.get(key)
        if issued is None or issued.admin != admin:
            return None
        return issued.target if self._clock.monotonic() < issued.until else None

    def revoke(self, key: str) -> None:
        """Make a key lead nowhere."""
        self._issued.pop(key, None)
