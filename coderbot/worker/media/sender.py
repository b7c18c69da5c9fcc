"""Brings each file to every recipient, then has it put away."""

import asyncio
import logging
import random as _random
from collections.abc import Callable, Sequence

from coderbot.clock import Clock
from coderbot.paths import MediaDirs
from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.job import Job
from coderbot.worker.media.journal import Journal
from coderbot.worker.media.lane import Lane
from coderbot.worker.media.names import shown
from coderbot.worker.media.plan import plan
from coderbot.worker.media.putaway import PutAway
from coderbot.worker.media.upload import (
    Parcel,
    UploadDelayed,
    Uploader,
    UploadFailed,
    UploadRefused,
)

_log = logging.getLogger(__name__)

_MAX_UPLOADS = 6
"""Uploads at a time, to all recipients together.

The rest of the worker needs connections too, and a slow line needs an end.
"""
_FLUSH_S = 0.2
"""What is noted within so long reaches the disk together: it is slow at that."""
_PLANNED = 50
"""Files that are looked into before the first of them is sent."""
_BULKY_BYTES = 10_000_000
"""A file of this size takes a lane of its own: the small ones need not wait."""


class Sender:
    """Sends finished files in order, each recipient at its own pace.

    Args:
        dirs: Directories of the bot.
        allowed: Users of the bot.
        uploader: Does the uploads.
        journal: Knows who has what; opened by its owner.
        putaway: Puts files away that nobody waits for any more.
        clock: Measures the pauses.
        max_bytes: Largest upload the server takes, in bytes.
        random: Returns a number from 0 to 1, for the pauses.
    """

    def __init__(
        self,
        dirs: MediaDirs,
        allowed: Sequence[int],
        uploader: Uploader,
        journal: Journal,
        putaway: PutAway,
        clock: Clock,
        max_bytes: int,
        random: Callable[[], float] = _random.random,
    ) -> None:
        self._root = dirs.root
        self._allowed = tuple(dict.fromkeys(allowed))
        self._uploader = uploader
        self._journal = journal
        self._putaway = putaway
        self._clock = clock
        self._max_bytes = max_bytes
        self._lanes = {
            (chat, is_bulky): Lane(chat, self._attempt, uploader.pause_s, clock, random)
            for chat in self._allowed
            for is_bulky in (False, True)
        }
        self._slots = asyncio.Semaphore(_MAX_UPLOADS)
        self._jobs: dict[FileId, Job] = {}
        self._count = 0
        self._submitted: asyncio.Queue[Job] = asyncio.Queue()
        self._settled: asyncio.Queue[Job] = asyncio.Queue()
        self._noted = asyncio.Event()

    @property
    def pending(self) -> int:
        """Number of files on their way."""
        return len(self._jobs)

    @property
    def names(self) -> list[str]:
        """Names of these files, in order."""
        return [file.name for file in self._jobs]

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
            group.create_task(self._flush_all(), name="media-flush")
            while True:
                job = await self._settled.get()
                group.create_task(self._finish(job), name="media-finish")

    async def _begin_all(self) -> None:
        """Take on files; those that came together may go together."""
        while True:
            jobs = [await self._submitted.get()]
            while len(jobs) < _PLANNED and not self._submitted.empty():
                jobs.append(self._submitted.get_nowait())
            await asyncio.to_thread(self._plan, jobs)
            for job in jobs:
                self._begin(job)

    def _plan(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            plan(job, self._root, self._allowed, self._max_bytes)

    def _begin(self, job: Job) -> None:
        """Put the file in line for those who do not have it."""
        have = self._journal.chats(job.file)
        job.delivered = set(have & set(job.recipients))
        if not job.unfit:
            job.missing = set(job.recipients) - have
        if job.is_stale or not job.missing:
            self._settled.put_nowait(job)
            return
        for chat in job.missing:
            self._lanes[chat, job.file.size >= _BULKY_BYTES].add(job)

    async def _attempt(self, jobs: Sequence[Job], chat: int) -> None:
        """Bring files to one chat, once.

        Raises:
            UploadDelayed: Try again when the server says so.
            UploadFailed: Try again later.
            UploadRefused: Not as an album.
        """
        async with self._slots:
            current = [job for job in jobs if job.is_current(self._root)]
            if current:
                await self._upload(current, chat)
        for job in jobs:
            job.missing.discard(chat)
            if not job.missing:
                self._settled.put_nowait(job)

    async def _upload(self, jobs: Sequence[Job], chat: int) -> None:
        parcels = [
            Parcel(job.kind, self._root, job.file.name, job.caption) for job in jobs
        ]
        try:
            await self._uploader.upload(chat, parcels)
        except UploadRefused as error:
            if len(jobs) > 1:
                raise
            # What the server says of half a file says nothing of the whole one.
            if jobs[0].is_current(self._root):
                jobs[0].refused[chat] = error.reason
            return
        except (UploadDelayed, UploadFailed):
            # Those that were changed meanwhile are left out the next time.
            if any(job.is_current(self._root) for job in jobs):
                raise
            return
        except Exception as error:  # noqa: BLE001 - the fence: others go on
            _log.exception("Fault while sending %s", shown(jobs[0].file.name))
            raise UploadFailed(type(error).__name__) from None
        self._deliver(jobs, chat)

    def _deliver(self, jobs: Sequence[Job], chat: int) -> None:
        """Note who has what: there is no await that a crash could come between."""
        for job in jobs:
            if job.is_current(self._root):
                self._journal.record(job.file, chat)
                job.delivered.add(chat)
        self._noted.set()

    async def _flush_all(self) -> None:
        """Bring what was noted to the disk, beside the sending."""
        while True:
            await self._noted.wait()
            await self._clock.sleep(_FLUSH_S)
            self._noted.clear()
            await self._journal.flush()

    async def _finish(self, job: Job) -> None:
        """Have the file put away, however long that takes."""
        await self._putaway.put_away(job)
        if job.is_stale or not job.refused:
            self._journal.forget(job.file)
        self._jobs.pop(job.file, None)
