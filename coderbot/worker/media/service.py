"""Sends what is put into a bot's directory to its users."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from coderbot.clock import Clock
from coderbot.paths import MediaDirs, user_of
from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.job import Job
from coderbot.worker.media.journal import Journal
from coderbot.worker.media.kinds import CLOUD_MAX_BYTES
from coderbot.worker.media.leftovers import tidy
from coderbot.worker.media.names import shown
from coderbot.worker.media.pruner import Pruner
from coderbot.worker.media.putaway import PutAway
from coderbot.worker.media.retention import NO_LIMITS, Limits
from coderbot.worker.media.sender import Sender
from coderbot.worker.media.totals import Totals
from coderbot.worker.media.upload import Uploader
from coderbot.worker.media.watcher import Watcher

_log = logging.getLogger(__name__)

EventDetail = dict[str, str | int | float | bool | None]
"""What goes with an event."""


class MediaService:
    """Watches the directory of one bot and sends its files.

    Args:
        dirs: Directories of the bot; made when missing.
        recipients: Users of the bot; at least one.
        uploader: Does the uploads.
        journal_path: Where it is kept who has what, across crashes.
        clock: Measures quiet times and pauses.
        on_event: Told of `media_sent` and `media_failed`.
        on_failed: Told of each file that somebody can never have.
        max_bytes: Largest upload the Bot API server takes, in bytes.
        limits: What is kept in `sent/` and `received/`.
    """

    def __init__(
        self,
        dirs: MediaDirs,
        recipients: Sequence[int],
        uploader: Uploader,
        journal_path: Path,
        clock: Clock,
        on_event: Callable[[str, EventDetail], None],
        on_failed: Callable[[Job], None] = lambda _job: None,
        max_bytes: int = CLOUD_MAX_BYTES,
        limits: Limits = NO_LIMITS,
    ) -> None:
        if not recipients:
            raise ValueError("a file needs at least one recipient")
        self._dirs = dirs
        self._recipients = tuple(recipients)
        self._uploader = uploader
        self._journal_path = journal_path
        self._clock = clock
        self._on_event = on_event
        self._on_failed = on_failed
        self._max_bytes = max_bytes
        self._sender: Sender | None = None
        self._watcher: Watcher | None = None
        self._limits = limits
        self._is_tidy = False
        self.totals = Totals()
        """What was sent and received so far."""

    @property
    def pending(self) -> int:
        """Number of files that are written, on their way, or not yet put away."""
        if self._sender is None or self._watcher is None:
            return 0
        return self._watcher.waiting + self._sender.pending

    def waiting(self, user_id: int) -> list[str]:
        """Return the files that are on their way to a user, the first one first."""
        if self._sender is None or self._watcher is None:
            return []
        names = [*self._sender.names, *self._watcher.names]
        others = (each for each in self._recipients if each != user_id)
        hidden = tuple(f"{self._dirs.to(each).name}/" for each in others)
        return [name for name in names if not name.startswith(hidden)]

    async def run(self) -> None:
        """Send files until cancelled.

        Every run begins from what is on disk, so it may be run again after a
        fault, as after a crash.
        """
        try:
            self._dirs.make(self._recipients)
            if not self._is_tidy:  # what is half done later is not a leftover
                await asyncio.to_thread(tidy, self._dirs)
                self._is_tidy = True
        except OSError as error:
            # The watcher goes on trying.
            _log.warning("Cannot make the media directories: %s", error)
        journal = Journal(self._journal_path)
        try:
            journal.open(await asyncio.to_thread(_present, self._dirs))
            await self._run(journal)
        finally:
            journal.close()

    async def _run(self, journal: Journal) -> None:
        putaway = PutAway(self._dirs, self._clock, self._ended)
        self._sender = Sender(
            self._dirs,
            self._recipients,
            self._uploader,
            journal,
            putaway,
            self._clock,
            self._max_bytes,
        )
        self._watcher = Watcher(
            self._dirs, self._recipients, self._clock, self._sender.submit
        )
        totals = self.totals
        pruner = Pruner(self._dirs, self._limits, self._clock, totals.kept_bytes)
        async with asyncio.TaskGroup() as group:
            group.create_task(pruner.run(), name="media-pruner")
            group.create_task(self._sender.run(), name="media-sender")
            group.create_task(self._watcher.run(), name="media-watcher")

    def _ended(self, job: Job) -> None:
        """Count and tell what became of a file; one line of the log for each."""
        if self._watcher is not None:
            self._watcher.forget(job.file)
        name, size = shown(job.file.name), job.file.size
        detail: EventDetail = {"file": name, "bytes": size}
        detail["recipients"] = len(job.delivered)
        if job.is_done:
            self.totals.sent += 1
            self.totals.sent_bytes += size
            users = ", ".join(str(chat) for chat in sorted(job.delivered))
            _log.info("Sent %s (%s, %d bytes) to %s", name, job.kind, size, users)
            self._on_event("media_sent", detail)
            return
        self.totals.failed += 1
        reason = "; ".join(job.reason().splitlines())
        _log.warning("Not sent: %s (%d bytes): %s", name, size, reason)
        self._on_event("media_failed", detail | {"reason": reason})
        self._on_failed(job)


def _present(dirs: MediaDirs) -> list[FileId]:
    """Return all that may be sent yet: what failed may be tried again."""
    return [*_files_in(dirs.root), *_files_in(dirs.failed)]


def _files_in(root: Path) -> Iterator[FileId]:
    """Yield the files in a directory and in its folders of single users."""
    for name in _names(root):
        found = FileId.of(root, name)
        if found is not None:
            yield found
        elif user_of(name) is not None:
            for inner in _names(root / name):
                found = FileId.of(root, f"{name}/{inner}")
                if found is not None:
                    yield found


def _names(directory: Path) -> Iterable[str]:
    try:
        return [path.name for path in directory.iterdir()]
    except OSError:
        return []
