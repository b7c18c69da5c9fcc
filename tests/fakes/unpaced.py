"""A real worker that no rates hold back: `python -m tests.fakes.unpaced`."""

import sys

from coderbot.botprocess.telegram import pace
from coderbot.worker.__main__ import main

_ENDLESS = 1_000_000_000


def unpace() -> None:
    """Let this process send as fast as it can."""
    rates = pace.Rates(_ENDLESS, _ENDLESS, _ENDLESS, _ENDLESS)
    pace.PRIVATE = pace.GROUP = rates
    pace._OVERALL_BURST = pace._OVERALL_PER_S = _ENDLESS


if __name__ == "__main__":
    unpace()
    sys.exit(main())
