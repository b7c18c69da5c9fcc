"""How often a bot that keeps crashing may start: counted by window (pure)."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many starts a crash loop may have."""

    window_s: float
    """Length of the first window, and the least pause after it, in seconds."""
    starts: int
    """How many starts the first window may see, that of the first crash included."""


@dataclass(frozen=True, slots=True)
class CrashLoop:
    """The crashes of one bot since it was last well.

    How long each run lived does not matter: one that dies at boot and one that
    lives for 18 s each time load the machine by their number of starts.
    Times are seconds of the monotonic clock.
    """

    since: float
    """When the first crash was."""
    restarts: int = 0
    """Starts since then."""
    last_start: float = float("-inf")
    """When the last of them was."""

    def earliest(self, wanted: float, bounds: Bounds) -> float:
        """Return when the next start may be, not before `wanted`."""
        first_window_ends = self.since + bounds.window_s
        full = self.restarts + 1 >= bounds.starts
        if wanted < first_window_ends and not full:
            return wanted
        if self.last_start < first_window_ends:
            return max(wanted, first_window_ends)
        return max(wanted, self.last_start + bounds.window_s)

    def started(self, now: float) -> "CrashLoop":
        """Return the loop after one more start."""
        return replace(self, restarts=self.restarts + 1, last_start=now)
