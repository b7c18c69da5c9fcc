"""The media service in a worker: cleaned up first, started again after a fault."""

import asyncio
import logging
from pathlib import Path

from coderbot.clock import Clock
from coderbot.logs import LIFECYCLE_LOGGER
from coderbot.worker.cleaning import clean_media_directory
from coderbot.worker.media.service import MediaService
from coderbot.worker.media.turn import turn_at

_PAUSE_S = 5.0
"""Before the media service is started again after a fault, in seconds."""

_log = logging.getLogger(LIFECYCLE_LOGGER)


async def keep_media(media: MediaService, clock: Clock) -> None:
    """Run the media service; a fault in it must not end the terminals."""
    while True:
        try:
            await media.run()
        except Exception:  # noqa: BLE001 - logged, and tried again
            _log.exception("The media service failed; it starts again")
        await clock.sleep(_PAUSE_S)


async def keep_media_in_turn(
    media: MediaService, root: Path, clock: Clock, *, cleans: bool
) -> None:
    """Run it in one of the replicas that share a directory; the others stand by.

    Args:
        media: The service.
        root: The directory of the bot.
        clock: For pauses.
        cleans: Whether the directory is emptied first.
    """
    async with turn_at(root.with_name(f".{root.name}.lock"), clock):
        if cleans:
            await asyncio.to_thread(clean_media_directory, root)
        await keep_media(media, clock)
