"""Which terminals are at work: these are not closed for the sake of order alone."""

from collections.abc import Sequence
from weakref import WeakKeyDictionary

from coderbot.clock import Clock
from coderbot.worker.terminal.session import TerminalSession

_QUIET_S = 180.0
"""A shell that has shown nothing and was typed nothing for so long is not in use."""


class BusyTerminals:
    """Counts terminals with a program at work, or in use in the last minutes.

    Args:
        clock: For what the last minutes are.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._shown: WeakKeyDictionary[TerminalSession, tuple[int, float]] = (
            WeakKeyDictionary()
        )
        """How much each had shown when that was last seen to change."""

    def count(self, sessions: Sequence[TerminalSession]) -> int:
        """Return how many of the open terminals are busy; to be called regularly."""
        return sum(self._is_busy(session) for session in sessions)

    def _is_busy(self, session: TerminalSession) -> bool:
        now = self._clock.monotonic()
        revision, since = self._shown.get(session, (-1, now))
        if revision != session.revision:
            since = now
            self._shown[session] = session.revision, now
        used_at = max(since, session.last_input_at)
        return now - used_at < _QUIET_S or not session.tty().at_shell
