"""Noticing that the `.env` has changed."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from coderbot.clock import Clock, SystemClock
from coderbot.config.settings import Settings
from coderbot.errors import CoderBotError
from coderbot.supervisor.reload import Reloader

LOOK_S = 1.0
"""Time between two looks at the file, in seconds.

A look is one stat(): cheaper than a thread that waits for events, and it works on
every file system.
"""
_SETTLE_S = 0.2
"""A file that was changed must rest for so long: it may be half written."""

_log = logging.getLogger(__name__)
_Stamp = tuple[int, int, int] | None


@asynccontextmanager
async def watching(
    reloader: Reloader, settings: Settings, clock: Clock | None = None
) -> AsyncIterator[None]:
    """Take up changes of the `.env` for the length of the block.

    It is looked at every second, or every BOT_TOKEN_MONITOR_INTERVAL if that is
    less; 0 is never.
    """
    path, longest_s = settings.env_file, settings.bot_token_monitor_interval_ms / 1000
    if path is None or not longest_s:
        yield
        return
    watch = _watch(reloader, path, min(longest_s, LOOK_S), clock or SystemClock())
    failure: BaseException | None = None
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(watch, name="watch the .env")
        try:
            yield
        except BaseException as error:  # noqa: BLE001 - raised again below
            failure = error
        task.cancel()
    if failure is not None:
        raise failure


async def _watch(
    reloader: Reloader, path: Path, interval_s: float, clock: Clock
) -> None:
    seen = _stamp(path)
    while True:
        await clock.sleep(interval_s)
        now = _stamp(path)
        if now == seen:
            continue
        await clock.sleep(_SETTLE_S)
        if _stamp(path) != now:
            continue
        seen = now
        try:
            await reloader.reload()
        except CoderBotError as error:
            _log.error("%s was changed, but nothing is taken up: %s", path, error)
        except Exception:  # noqa: BLE001 - a fault in here must not end the fleet
            _log.exception("%s was changed, but could not be taken up", path)


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
