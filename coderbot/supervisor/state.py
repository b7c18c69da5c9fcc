"""States of a bot."""

from enum import StrEnum


class BotState(StrEnum):
    """Where a bot stands; DESIGN's six words."""

    STOPPED = "stopped"
    """Not running, and nobody wants it to."""
    STARTING = "starting"
    """The process runs; READY has not come yet."""
    RUNNING = "running"
    """READY has come."""
    STOPPING = "stopping"
    """Asked to stop; the process is still there."""
    BACKOFF = "backoff"
    """Crashed; the next start is scheduled."""
    FAILED = "failed"
    """Will not be started again by itself; the reason is kept."""
