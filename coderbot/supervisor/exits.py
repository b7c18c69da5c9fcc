"""How a process ended, in words (pure)."""

import signal


def describe_exit(returncode: int) -> str:
    """Return `exit 1`, or `SIGKILL` for a process that a signal has killed.

    Args:
        returncode: Exit code; a negative number is a signal.
    """
    if returncode >= 0:
        return f"exit {returncode}"
    try:
        return signal.Signals(-returncode).name
    except ValueError:
        return f"signal {-returncode}"


def describe_duration(seconds: float) -> str:
    """Return a length of time for people: `0.4 s`, `18 s`, `5 min`, `3 h 20 min`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
