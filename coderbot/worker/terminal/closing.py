"""The end of a terminal: everything it has started is asked, then killed."""

import asyncio
import signal

from coderbot.clock import Clock

GRACE_S = 1.0
"""Time between SIGHUP and SIGKILL, in seconds."""
_KILL_S = 3.0
"""Time after which processes that survive SIGKILL are given up, in seconds."""
_LOOK_S = 0.05
"""Pause between two looks at what is left, in seconds."""


async def end_family(leader: int, mark: str, clock: Clock) -> None:
    """SIGHUP, a moment, then SIGKILL until nobody is left.

    Args:
        leader: Process id of the program; not reaped before this returns.
        mark: What all it has started carry in their environment.
        clock: For the grace.
    """
    from coderbot.worker.terminal import family as kin

    start = clock.monotonic()
    family = await asyncio.to_thread(kin.find_family, leader, mark)
    # A stopped program acts on SIGHUP only when it is continued.
    kin.send_signal(family, signal.SIGHUP, signal.SIGCONT)
    while family and clock.monotonic() - start < GRACE_S + _KILL_S:
        await clock.sleep(_LOOK_S)
        family = await asyncio.to_thread(kin.find_family, leader, mark)
        if clock.monotonic() - start >= GRACE_S:
            kin.send_signal(family, signal.SIGKILL)


def kill_family(leader: int, mark: str) -> None:
    """SIGKILL at once all that can be found; takes some milliseconds."""
    from coderbot.worker.terminal import family as kin

    kin.send_signal(kin.find_family(leader, mark), signal.SIGKILL)
