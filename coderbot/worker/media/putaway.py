"""Moves files that nobody waits for any more, and tells of them."""

import asyncio
import contextlib
import logging
import random as _random
from collections.abc import Callable
from pathlib import Path

from coderbot.clock import Clock
from coderbot.paths import MediaDirs
from coderbot.worker.media.archive import FileChangedError, archive
from coderbot.worker.media.backoff import backoff_s
from coderbot.worker.media.captions import CAPTION_ENDING
from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.job import Job
from coderbot.worker.media.names import shown
from coderbot.worker.media.writers import Writers, writers_of

_log = logging.getLogger(__name__)

_WRITER_POLL_S = 0.25
"""How often a delivered file that is written again is looked at."""


class PutAway:
    """Puts files into `sent/` when everybody has them, else into `failed/`.

    Args:
        dirs: Directories of the bot.
        clock: Measures the pauses.
        on_end: Told of each file that was put away.
        random: Returns a number from 0 to 1, for the pauses.
    """

    def __init__(
        self,
        dirs: MediaDirs,
        clock: Clock,
        on_end: Callable[[Job], None],
        random: Callable[[], float] = _random.random,
    ) -> None:
        self._dirs = dirs
        self._root = dirs.root
        self._clock = clock
        self._on_end = on_end
        self._random = random

    async def put_away(self, job: Job) -> None:
        """Move the file, however long that takes, unless another version came."""
        failures = 0
        while job.is_current(self._root) and not await self._try(job):
            failures += 1
            await self._clock.sleep(backoff_s(failures, self._random))
        if job.is_stale:
            name = shown(job.file.name)
            _log.info("%s was changed or removed while it was sent", name)
        else:
            self._on_end(job)

    async def _try(self, job: Job) -> bool:
        """Move the file once; returns whether nothing is left to do."""
        target = self._dirs.sent if job.is_done else self._dirs.failed
        try:
            while not await asyncio.to_thread(self._move, job, target):
                await self._clock.sleep(_WRITER_POLL_S)
        except FileChangedError:
            job.is_stale = True
        except OSError as error:
            _log.warning(
                "Cannot move %s to %s/ (it stays, and is tried again): %s",
                shown(job.file.name),
                target.name,
                error.strerror or error,
            )
            return False
        return True

    def _move(self, job: Job, target: Path) -> bool:
        """Move the caption, then the file: a crash between leaves no caption alone.

        The folder of a user goes along, so that what failed can be sent again
        to the same one.

        Returns:
            False when somebody writes to the file again; that makes it stale.

        Raises:
            FileChangedError: When it is another one now.
            OSError: When it cannot be moved.
        """
        if writers_of(self._root / job.file.name) is Writers.SOME:
            if not job.is_current(self._root):
                raise FileChangedError(f"{job.file.name} is written again")
            return False
        directory = target / job.file.folder
        caption = FileId.of(self._root, job.file.name + CAPTION_ENDING)
        if caption is not None:
            with contextlib.suppress(FileChangedError):
                archive(self._root, caption, directory)
        archive(self._root, job.file, directory, "" if job.is_done else job.reason())
        return True
