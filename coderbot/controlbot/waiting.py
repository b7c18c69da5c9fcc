"""Whose next message is the token of a new bot."""

from coderbot.clock import Clock

PATIENCE_S = 120.0
"""How long a token is waited for, in seconds."""


class Waiting:
    """Remembers which admins were asked for a token.

    Args:
        clock: For the patience.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[int, float] = {}

    def begin(self, admin: int) -> None:
        """Wait for the token of an admin from now on."""
        self._until[admin] = self._clock.monotonic() + PATIENCE_S

    def end(self, admin: int) -> bool:
        """Wait no more; returns whether that was still the case."""
        return self._clock.monotonic() < self._until.pop(admin, float("-inf"))
