"""How often each stranger is answered and reported; memory is bounded."""

from collections import OrderedDict

from coderbot.clock import Clock

_PAUSE_S = 60.0
_MAX_REMEMBERED = 1_024


class Strangers:
    """Lets one word a minute through for each user.

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
