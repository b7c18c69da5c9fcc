"""Sends what is put into a bot's directory to its users."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from coderbot.clock import Clock
from coderbot.paths import MediaDirs
from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.journal import Journal
from coderbot.worker.media.kinds import CLOUD_MAX_BYTES
from coderbot.worker.media.sender import EventDetail, Sender
from coderbot.worker.media.upload import Uploader
from coderbot.worker.media.watcher import Watcher

_log = logging.getLogger(__name__)


class MediaService:
    """Watches the directory of one bot and sends its files.

    Args:
        dirs: Directories of the bot; made when missing.
        recipients: Chats that get every file; at least one.
        uploader: Does the uploads.
        journal_path: Where it is kept who has what, across crashes.
        clock: Measures quiet times and pauses.
        on_event: Told of `media_sent` and `media_failed`.
        max_bytes: Largest upload the Bot API server takes, in bytes.
    """

    def __init__(
        self,
        dirs: MediaDirs,
        recipients: Sequence[int],
        uploader: Uploader,
        journal_path: Path,
        clock: Clock,
        on_event: Callable[[str, EventDetail], None],
        max_bytes: int = CLOUD_MAX_BYTES,
    ) -> None:
        if not recipients:
            raise ValueError("a file needs at least one recipient")
        self._dirs = dirs
        self._recipients = tuple(recipients)
        self._uploader = uploader
        self._journal_path = journal_path
        self._clock = clock
        self._on_event = on_event
        self._max_bytes = max_bytes
        self._sender: Sender | None = None
        self._watcher: Watcher | None = None

    @property
    def pending(self) -> int:
        """Number of files that are written, on their way, or not yet put away."""
        if self._sender is None or self._watcher is None:
            return 0
        return self._watcher.waiting + self._sender.pending

    async def run(self) -> None:
        """Send files until cancelled.

        Every run begins from what is on disk, so it may be run again after a
        fault, as after a crash.
        """
        try:
            self._dirs.make()
        except OSError as error:
            # The watcher goes on trying.
            _log.warning("Cannot make the media directories: %s", error)
        journal = Journal(self._journal_path)
        try:
            journal.open(_files_in(self._dirs.root))
            await self._run(journal)
        finally:
            journal.close()

    async def _run(self, journal: Journal) -> None:
        self._sender = Sender(
            self._dirs,
            self._recipients,
            self._uploader,
            journal,
            self._clock,
            self._on_event,
            self._max_bytes,
        )
        self._watcher = Watcher(self._dirs, self._clock, self._sender.submit)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._sender.run(), name="media-sender")
            group.create_task(self._watcher.run(), name="media-watcher")


def _files_in(root: Path) -> list[FileId]:
    try:
        found = [FileId.of(path) for path in root.iterdir()]
    except OSError:
        return []
    return [file for file in found if file is not None]
