"""Hosts by their beats: who is there, and who is dead (pure).

No wall clock counts, not even that of Redis: a host is dead for us when we have not
seen its beat change for the life of a lease, on our own clock. It counts that life
from before it has sent a beat, which is earlier.
"""

from collections.abc import Iterable
from typing import NamedTuple

_DEAF_PART = 0.3
"""Part of a lease's life after which we have not listened to the others."""


class Session(NamedTuple):
    """One run of the supervisor of one host; holds leases."""

    host: str
    run: str


class Beat(NamedTuple):
    """A sign of life of a session."""

    host: str
    run: str
    number: int
    """Grows with each."""

    @property
    def session(self) -> Session:
        """Whose it is."""
        return Session(self.host, self.run)


class Hearing:
    """Knows since when each session has been silent.

    Silence counts only while we listen: after a time in which we could not ask
    Redis, or stood still, the others have as much time to be heard as before it.

    Args:
        life_s: How long a lease lives without its holder's beat, in seconds.
    """

    def __init__(self, life_s: float) -> None:
        self._life_s = life_s
        self._listened: float | None = None
        self._heard: dict[Session, tuple[int, float]] = {}
        """The last beat of each, and when it was first seen."""

    def hear(
        self, beats: Iterable[Beat], holders: Iterable[Session], now: float
    ) -> None:
        """Take what was read from Redis at `now`, in seconds; all else is forgotten.

        Args:
            beats: All that are there.
            holders: Sessions that hold leases; one without a beat is silent from the
                moment when it was first seen so.
            now: A moment not before the reading.
        """
        deaf_s = 0.0 if self._listened is None else now - self._listened
        if deaf_s > self._life_s * _DEAF_PART:
            heard = self._heard.items()
            self._heard = {each: (beat, at + deaf_s) for each, (beat, at) in heard}
        self._listened = now
        numbers = dict.fromkeys(holders, -1)
        numbers.update((beat.session, beat.number) for beat in beats)
        self._heard = {
            session: self._since(session, number, now)
            for session, number in numbers.items()
        }

    def is_dead(self, session: Session, now: float) -> bool:
        """Tell whether all leases of a session have ended."""
        return self.silent_s(session, now) >= self._life_s

    def silent_s(self, session: Session, now: float) -> float:
        """Return for how long a session was not heard; 0 for an unknown one."""
        heard = self._heard.get(session)
        if heard is None or self._listened is None:
            return 0.0
        return min(now, self._listened + self._life_s * _DEAF_PART) - heard[1]

    def next_death(self, now: float) -> float | None:
        """Return in how many seconds somebody will be dead, if nothing is heard."""
        ends = [at + self._life_s - now for _, at in self._heard.values()]
        return min((end for end in ends if end > 0), default=None)

    def beat_of(self, session: Session) -> int:
        """Return the last number of a session; -1 when it has none."""
        return self._heard.get(session, (-1, 0.0))[0]

    def _since(self, session: Session, number: int, now: float) -> tuple[int, float]:
        before = self._heard.get(session)
        if before is not None and before[0] == number:
            return before
        if before is not None and number == -1:
            # Its entry has gone; that is no sign of life.
            return number, before[1]
        return number, now
