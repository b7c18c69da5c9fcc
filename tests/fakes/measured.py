"""How processes of tests end while `make coverage` measures what they run."""

import os
import select
import signal
import sys
from contextlib import suppress

_LAST_WORDS_S = 15.0
"""How long a process may take to end by itself, in seconds."""


def measuring() -> dict[str, str]:
    """Return the variables by which a child is measured; none in an ordinary run."""
    return {k: v for k, v in os.environ.items() if k.startswith("COVERAGE_")}


def ask_to_end(pid: int) -> None:
    """Let a process write down what it did before it is killed, if it is measured.

    Waits until it has ended, or until its time is up; it is not reaped.
    """
    if sys.platform != "linux" or not measuring():
        return
    with suppress(ProcessLookupError):
        death = os.pidfd_open(pid)
        try:
            signal.pidfd_send_signal(death, signal.SIGTERM)
            signal.pidfd_send_signal(death, signal.SIGCONT)
            select.select([death], [], [], _LAST_WORDS_S)
        finally:
            os.close(death)
