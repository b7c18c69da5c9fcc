"""Of several processes on one directory, one at a time."""

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from coderbot.clock import Clock
from coderbot.errors import LockError
from coderbot.lockfile import hold_lock

_AGAIN_S = 2.0
"""Pause before it is tried again, in seconds; asking the kernel costs nothing."""


@asynccontextmanager
async def turn_at(path: Path, clock: Clock) -> AsyncIterator[None]:
    """Wait until no other process is in this block, however that one ends.

    Args:
        path: Lock file; its directory is made when missing.
        clock: For the pauses.
    """
    with ExitStack() as stack:
        while True:
            try:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                stack.enter_context(hold_lock(path, "The media directory"))
                break
            except (LockError, OSError):
                await clock.sleep(_AGAIN_S)
        yield
