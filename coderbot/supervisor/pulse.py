"""Whether a worker is still heard (pure)."""


class Pulse:
    """When one process was last heard, in seconds of the monotonic clock.

    A process that was never heard has no pulse to lose: it is still booting, and
    the wait for READY has a bound of its own.
    """

    def __init__(self) -> None:
        self._heard_at: float | None = None

    def beat(self, now: float) -> None:
        """Note a sign of life from its event loop."""
        self._heard_at = now

    def silent_s(self, now: float) -> float:
        """Return for how long it has been silent, in seconds; 0 if it was never heard."""
        return 0.0 if self._heard_at is None else max(0.0, now - self._heard_at)

    def forgive(self, now: float) -> None:
        """Count its silence from now on: it was this side that did not listen."""
        if self._heard_at is not None:
            self._heard_at = now
