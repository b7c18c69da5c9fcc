"""What the rest of a worker asks of the preferences."""

from typing import Protocol

from coderbot.worker.preferences.model import Preferences


class PreferenceStore(Protocol):
    """Knows the preferences of every user. Reading and changing never wait."""

    def of(self, user_id: int) -> Preferences:
        """Return what a user has chosen; defaults when that is nothing."""

    def change(self, user_id: int, **values: object) -> Preferences:
        """Change fields of a user's preferences; they are kept soon after.

        Raises:
            ValueError: When there is no such field or it does not take the value.
        """

    async def ready(self) -> None:
        """Return when it is known what was chosen elsewhere."""

    async def run(self) -> None:
        """Keep what changes, until cancelled."""

    async def flush(self) -> None:
        """Return when all that was changed is kept, or could not be."""
