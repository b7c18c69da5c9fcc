"""The press of a button, and what can stand behind one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from coderbot.worker.services import Services


@dataclass(frozen=True, slots=True)
class Press:
    """One press, by the user for whom the button was made."""

    services: "Services"
    user_id: int
    query_id: str
    key: str
    """Id under which `Buttons` has issued what was pressed."""
    action: str
    """Which of its buttons."""
    message: int | None
    """Message that the button stands under; None when it is too old to be told."""
    thread: int | None = None
    """Topic of the chat; None where there are none."""


class Target(Protocol):
    """Stands behind the buttons of one message; `Buttons.issue` takes it."""

    async def press(self, press: Press) -> str | None:
        """Do what the button says; what takes long is done beside.

        Returns:
            What to answer the press with (empty: nothing to say); None when
            somebody else answers it later.
        """
