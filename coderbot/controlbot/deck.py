"""What the buttons of the control bot stand for."""

from dataclasses import dataclass
from typing import Protocol

from coderbot.botprocess.telegram.issued import IssuedButtons


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


Deck = IssuedButtons[Target]
"""The buttons of all admins."""
