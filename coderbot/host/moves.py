"""Units that leave this host, one after the other."""

from collections.abc import Collection, Mapping

from coderbot.clock import Clock
from coderbot.host.planning import Move, Situation, has_arrived

_ARRIVAL_S = 60.0
"""How long one move waits for the one before to serve its users, in seconds."""


class Moves:
    """Knows what is leaving, and whether the last one has arrived.

    Args:
        clock: For the patience.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.under_way: dict[str, Move] = {}
        """By key: their workers stop, or have stopped, and their leases are here."""
        self._arriving: tuple[str, str, float] | None = None
        """The last one that was given away: key, host, and when."""

    def begin(self, moves: Mapping[str, Move]) -> None:
        """Note that units leave."""
        self.under_way |= moves

    def settle(self, held: Collection[str]) -> None:
        """Note what has been given away.

        Args:
            held: Keys of the leases that are here.
        """
        for key in [key for key in self.under_way if key not in held]:
            host = self.under_way.pop(key).host
            self._arriving = key, host, self._clock.monotonic()

    def is_waiting(self, situation: Situation) -> bool:
        """Tell whether the last one does not serve its users yet."""
        if self._arriving is None:
            return False
        key, host, since = self._arriving
        late = self._clock.monotonic() - since >= _ARRIVAL_S
        if late or has_arrived(situation, key, host):
            self._arriving = None
        return self._arriving is not None
