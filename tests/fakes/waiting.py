"""Waiting for what nothing tells of."""

import asyncio
import time
from collections.abc import Callable


async def until(check: Callable[[], object], within_s: float = 15) -> None:
    """Return once `check` is true; looks a hundred times a second."""
    deadline = time.monotonic() + within_s
    while not check():
        assert time.monotonic() < deadline, "never came true"
        await asyncio.sleep(0.01)
