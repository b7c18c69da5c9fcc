"""Which alerts are told at once, and which together later (pure)."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from coderbot.controlbot.incidents import Incident

WINDOW_S = 600.0
"""Incidents of one group are told at most so often, in seconds."""
BURST = 10
"""Alerts told at once within a minute; more are put off."""
_MINUTE_S = 60.0
_MAX_GROUPS = 500


@dataclass(frozen=True, slots=True)
class Alert:
    """A message to the admins."""

    text: str
    is_urgent: bool = False


@dataclass(slots=True)
class _Group:
    """Incidents of one kind since the last one that was told."""

    latest: Incident
    ends_at: float
    held: Counter[str] = field(default_factory=Counter)
    """By bot: how many were not told yet."""


class Alerts:
    """Tells the first incident of a group at once, and sums up those that follow.

    Times are seconds of the monotonic clock.
    """

    def __init__(self) -> None:
        self._groups: dict[str, _Group] = {}
        self._told: deque[float] = deque(maxlen=BURST)

    def add(self, incident: Incident, now: float) -> Alert | None:
        """Return the alert for an incident; None when it is told later."""
        group = self._groups.get(incident.group)
        if incident.is_urgent:
            return Alert(incident.text, is_urgent=True)
        if group is not None:
            group.latest = incident
            group.held[incident.bot] += incident.times
            return None
        if len(self._groups) >= _MAX_GROUPS:
            return None
        burst = len(self._told) == BURST and now - self._told[0] < _MINUTE_S
        group = _Group(incident, now + (_MINUTE_S if burst else WINDOW_S))
        self._groups[incident.group] = group
        if burst:
            group.held[incident.bot] += incident.times
            return None
        self._told.append(now)
        return Alert(incident.text)

    def due(self, now: float) -> Iterator[Alert]:
        """Yield what was put off and is to be told now."""
        for name, group in list(self._groups.items()):
            if now < group.ends_at:
                continue
            if not group.held:
                del self._groups[name]
                continue
            yield Alert(_summary(group))
            group.held.clear()
            group.ends_at = now + WINDOW_S


def _summary(group: _Group) -> str:
    total = sum(group.held.values())
    bots = ", ".join(f"{bot} {count}x" for bot, count in sorted(group.held.items()))
    kind = group.latest.kind
    return f"{total} more of this kind ({kind}): {bots}\nThe last: {group.latest.text}"
