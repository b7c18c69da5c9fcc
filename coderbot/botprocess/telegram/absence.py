"""Messages that waited while this worker was off, cut off, or the machine asleep.

Their keystrokes were meant for what the terminal showed then; typed now, they
would hit something else.
"""

from datetime import datetime, timedelta

from coderbot.clock import Clock

_CUT_OFF = timedelta(seconds=60)
"""Polling answers every 20 s at the latest; a longer silence is an absence."""
_CATCHING_UP = timedelta(seconds=60)
"""For so long after an absence old messages may still come in."""
_OLD = timedelta(seconds=60)
"""What is older then was sent to another moment of the terminal, or to no terminal."""


class Absence:
    """Knows when polling began or went on, by the wall clock: it runs during sleep.

    Age alone proves nothing, because the clocks of Telegram and of this machine
    may differ; so a message counts as missed only right after an absence.

    Args:
        clock: For the time of day.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last_poll: datetime | None = None
        self._back_at: datetime | None = None

    def polled(self) -> None:
        """Note that a getUpdates was answered."""
        now = self._clock.now()
        if self._last_poll is None or now - self._last_poll > _CUT_OFF:
            self._back_at = now
        self._last_poll = now

    def missed(self, sent: datetime) -> bool:
        """Tell whether a message of that time waited for the end of an absence."""
        now = self._clock.now()
        if self._back_at is None or now - self._back_at > _CATCHING_UP:
            return False
        return now - sent > _OLD
