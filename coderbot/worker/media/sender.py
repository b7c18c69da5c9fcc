"""Brings each file to every recipient, then puts it away."""

import asyncio
import logging
import random as _random
from collections.abc import Callable, Sequence

from coderbot.clock import Clock
from coderbot.paths import MediaDirs
from coderbot.worker.media.archive import FileChangedError, archive, write_reason
from coderbot.worker.media.backoff import backoff_s
from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.job import Job
from coderbot.worker.media.journal import Journal
from coderbot.worker.media.kinds import MediaKind, kind_of, refusal
from coderbot.worker.media.lane import Lane
from coderbot.worker.media.names import shown
from coderbot.worker.media.opening import open_regular
from coderbot.worker.media.upload import (
    UploadDelayed,
    Uploader,
    UploadFailed,
    UploadRefused,
)
from coderbot.worker.media.writers import Writers, writers_of

_log = logging.getLogger(__name__)

EventDetail = dict[str, str | int | float | bool | None]
"""What goes with an event."""

_MAX_UPLOADS = 6
"""Uploads at a time, to all recipients together.

The rest of the worker needs connections too, and a slow line needs an end.
"""
_WRITER_POLL_S = 0.25
"""How often a delivered file that is written again is looked at."""


class Sender:
    """Sends finished files and moves them to `sent/` or `failed/`.

    Args:
        dirs: Directories of the bot.
        recipients: Chats that get every file.
        uploader: Does the uploads.
        journal: Knows who has what; opened by its owner.
        clock: Measures the pauses.
        on_event: Told of `media_sent` and `media_failed`.
        max_bytes: Largest upload the server takes, in bytes.
        random: Returns a number from 0 to 1, for the pauses.
    """

    def __init__(
        self,
        dirs: MediaDirs,
        recipients: Sequence[int],
        uploader: Uploader,
        journal: Journal,
        clock: Clock,
        on_event: Callable[[str, EventDetail], None],
        max_bytes: int,
        random: Callable[[], float] = _random.random,
    ) -> None:
        self._dirs = dirs
        self._uploader = uploader
        self._journal = journal
        self._clock = clock
        self._on_event = on_event
        self._max_bytes = max_bytes
        self._random = random
        self._lanes = {
            chat: Lane(chat, self._attempt, clock, random)
            for chat in dict.fromkeys(recipients)
        }
        self._slots = asyncio.Semaphore(_MAX_UPLOADS)
        self._jobs: dict[FileId, Job] = {}
        self._count = 0
        self._submitted: asyncio.Queue[Job] = asyncio.Queue()
        self._settled: asyncio.Queue[Job] = asyncio.Queue()

    @property
    def pending(self) -> int:
        """Number of files on their way."""
        return len(self._jobs)

    def submit(self, file: FileId) -> None:
        """Take on a finished file of the bot's directory."""
        if file in self._jobs:
            return
        self._count += 1
        job = self._jobs[file] = Job(self._count, file)
        self._submitted.put_nowait(job)

    async def run(self) -> None:
        """Send until cancelled."""
        async with asyncio.TaskGroup() as group:
            for lane in self._lanes.values():
                group.create_task(lane.run(), name="media-lane")
            group.create_task(self._begin_all(), name="media-begin")
            while True:
                job = await self._settled.get()
                group.create_task(self._finish(job), name="media-finish")

    async def _begin_all(self) -> None:
        while True:
            job = await self._submitted.get()
            await self._begin(job)

    async def _begin(self, job: Job) -> None:
        """Decide what the file is sent as, and to whom."""
        job.unfit = refusal(job.file.size, self._max_bytes) or ""
        if not job.unfit:
            await self._choose_kind(job)
        have = self._journal.chats(job.file)
        job.delivered = set(have & self._lanes.keys())
        if not job.unfit:
            job.missing = self._lanes.keys() - have
        if job.is_stale or not job.missing:
            self._settled.put_nowait(job)
            return
        for chat in job.missing:
            self._lanes[chat].add(job)

    async def _choose_kind(self, job: Job) -> None:
        try:
            job.kind = await asyncio.to_thread(self._kind, job.file)
        except FileNotFoundError:
            job.is_stale = True
        except OSError as error:
            # A link that took its place is another file, and dealt with as such.
            if self._is_current(job):
                job.unfit = f"the file cannot be read: {error.strerror}"

    def _kind(self, file: FileId) -> MediaKind:
        with open_regular(self._dirs.root / file.name) as content:
            return kind_of(file.name, file.size, content)

    async def _attempt(self, job: Job, chat: int) -> None:
        """Bring one file to one chat, once.

        Raises:
            UploadDelayed: Try again when the server says so.
            UploadFailed: Try again later.
        """
        async with self._slots:
            if self._is_current(job):
                await self._upload(job, chat)
        job.missing.discard(chat)
        if not job.missing:
            self._settled.put_nowait(job)

    async def _upload(self, job: Job, chat: int) -> None:
        path = self._dirs.root / job.file.name
        try:
            await self._uploader.upload(chat, job.kind, path, shown(job.file.name))
        except UploadRefused as error:
            # What the server says of half a file says nothing of the whole one.
            if self._is_current(job):
                job.refused[chat] = error.reason
            return
        except (UploadDelayed, UploadFailed):
            if self._is_current(job):
                raise
            return
        except Exception as error:  # noqa: BLE001 - the fence: others go on
            _log.exception("Fault while sending %s", shown(job.file.name))
            raise UploadFailed(type(error).__name__) from None
        if self._is_current(job):
            self._journal.record(job.file, chat)
            job.delivered.add(chat)
            await self._journal.flush()

    def _is_current(self, job: Job) -> bool:
        """Return whether the file still is the one this job is about."""
        if not job.is_stale:
            job.is_stale = FileId.of(self._dirs.root / job.file.name) != job.file
        return not job.is_stale

    async def _finish(self, job: Job) -> None:
        """Put the file away, however long that takes, and tell of it."""
        failures = 0
        while not job.is_stale and not await self._put_away(job):
            failures += 1
            await self._clock.sleep(backoff_s(failures, self._random))
        if job.is_stale:
            _log.info(
                "%s was changed or removed while it was sent", shown(job.file.name)
            )
        self._journal.forget(job.file)
        self._jobs.pop(job.file, None)

    async def _put_away(self, job: Job) -> bool:
        """Move the file once; returns whether nothing is left to do."""
        await self._until_unwritten(job)
        if job.is_stale:
            return True
        target = self._dirs.sent if job.delivered else self._dirs.failed
        try:
            path = await asyncio.to_thread(archive, self._dirs.root, job.file, target)
        except FileChangedError:
            job.is_stale = True
            return True
        except OSError as error:
            _log.warning(
                "Cannot move %s to %s/ (it stays, and is tried again): %s",
                shown(job.file.name),
                target.name,
                error.strerror or error,
            )
            return False
        self._tell(job)
        if not job.delivered:
            await self._explain(job, path.name)
        return True

    async def _until_unwritten(self, job: Job) -> None:
        """Wait while somebody writes to the file again; that makes it stale."""
        path = self._dirs.root / job.file.name
        while self._is_current(job):
            if await asyncio.to_thread(writers_of, path) is not Writers.SOME:
                return
            await self._clock.sleep(_WRITER_POLL_S)

    async def _explain(self, job: Job, name: str) -> None:
        try:
            path = self._dirs.failed / name
            await asyncio.to_thread(write_reason, path, job.reason())
        except OSError as error:
            _log.warning("Cannot write why %s failed: %s", shown(name), error)

    def _tell(self, job: Job) -> None:
        name = shown(job.file.name)
        detail: EventDetail = {"file": name, "bytes": job.file.size}
        detail["recipients"] = len(job.delivered)
        if not job.delivered:
            _log.warning("Not sent: %s: %s", name, job.reason())
            self._on_event("media_failed", detail | {"reason": job.reason()})
            return
        for chat, why in sorted(job.refused.items()):
            _log.warning("%s was not sent to %s: %s", name, chat, why)
        _log.info("Sent %s (%s, %d bytes)", name, job.kind, job.file.size)
        self._on_event("media_sent", detail | {"refused": len(job.refused)})
