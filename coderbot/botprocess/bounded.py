"""Steps of an end: neither a failure nor a long wait holds up the next one."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from coderbot.logs import LIFECYCLE_LOGGER

_log = logging.getLogger(LIFECYCLE_LOGGER)


async def bounded(
    step: Callable[[], Awaitable[object]], limit_s: float, what: str
) -> None:
    """Do one step within `limit_s` seconds; failures are logged.

    Args:
        step: What to do.
        limit_s: How long it may take at most.
        what: Its name in the log.
    """
    try:
        # Two limits: the Telegram library swallows one cancellation.
        async with asyncio.timeout(limit_s), asyncio.timeout(limit_s * 0.8):
            await step()
    except TimeoutError:
        _log.warning("Stopping: %s took longer than %.1f s", what, limit_s)
    except Exception:  # noqa: BLE001 - the rest of the stop has to happen
        _log.exception("Stopping: %s failed", what)
