"""How long to wait before trying again (pure)."""

from collections.abc import Callable

_FIRST_S = 1.0
_LONGEST_S = 60.0


def backoff_s(failures: int, random: Callable[[], float]) -> float:
    """Return the wait after the `failures`-th failure in a row, in seconds.

    Doubles from 1 s to 60 s, times a random factor between 0.5 and 1, so that
    many who failed together do not come back together.

    Args:
        failures: At least 1.
        random: Returns a number from 0 to 1.
    """
    longest = min(_LONGEST_S, _FIRST_S * 2.0 ** min(failures - 1, 10))
    return longest * (0.5 + random() / 2)
