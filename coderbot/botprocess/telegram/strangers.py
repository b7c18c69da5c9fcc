"""How strangers are named in logs, and how often each is answered and reported."""

import re
from collections import OrderedDict

from telegram import User

from coderbot.clock import Clock

_PAUSE_S = 60.0
_MAX_REMEMBERED = 1_024
_LONGEST_NAME = 32
"""Characters of a username at Telegram."""


def logged_name(user: User) -> str:
    """Return the username of a stranger as it may stand in a log; empty without any."""
    return re.sub(r"\W", "", user.username or "", flags=re.ASCII)[:_LONGEST_NAME]


class Strangers:
    """Lets one word a minute through for each user; its memory is bounded.

    Args:
        clock: For the minute.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: OrderedDict[int, float] = OrderedDict()

    def may_answer(self, user_id: int) -> bool:
        """Tell whether this user is to be answered now, and remember that."""
        now = self._clock.monotonic()
        last = self._last.get(user_id)
        if last is not None and now - last < _PAUSE_S:
            return False
        self._last[user_id] = now
        self._last.move_to_end(user_id)
        if len(self._last) > _MAX_REMEMBERED:
            self._last.popitem(last=False)
        return True
