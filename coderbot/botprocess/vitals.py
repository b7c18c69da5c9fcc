"""How this process is doing, for its heartbeats."""

import os
import resource
import sys
from dataclasses import dataclass
from pathlib import Path

from coderbot import wire


@dataclass(frozen=True, slots=True)
class Vitals:
    """What the services of a worker tell for a heartbeat."""

    terminals: int
    """Number of open terminals."""
    terminals_busy: int
    """Those that should not be closed for the sake of order alone."""
    poll_age_s: float
    """Seconds since the last finished getUpdates."""
    media_pending: int
    """Files that wait to be sent."""
    outbox_queued: int
    """Calls that wait for their turn in a chat, or are under way."""
    counters: wire.Counters


def rss_bytes() -> int:
    """Return the resident memory of this process; elsewhere than on Linux its peak."""
    if sys.platform == "linux":
        fields = Path("/proc/self/statm").read_text(encoding="ascii").split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
