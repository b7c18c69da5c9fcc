"""Files that users send: fetched beside all else, saved, and answered."""

import asyncio
import logging
import os
from dataclasses import dataclass, field
from typing import BinaryIO

from coderbot.worker.media.names import shown
from coderbot.worker.media.receiver import Saved, save
from coderbot.worker.services import Services
from coderbot.worker.telegram import filetexts
from coderbot.worker.telegram.download import Downloader, DownloadError
from coderbot.worker.telegram.downloadbook import DownloadBook, Wanted
from coderbot.worker.telegram.filekeyboards import type_keyboard
from coderbot.worker.telegram.incoming import Incoming
from coderbot.worker.telegram.pathbuttons import PathButtons
from coderbot.worker.telegram.progressnote import ProgressNote

LIMIT_BYTES = 20 << 20
"""Largest file that Telegram's own Bot API server hands to a bot, in bytes."""

_AT_ONCE = 3
"""Files fetched at the same time."""
_ALBUM_S = 0.5
"""How long the next file of an album may be on its way."""
_SPARE_BYTES = 16 << 20
"""What a download leaves free on the disk."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Batch:
    """What came together and gets one answer."""

    under_way: int = 0
    outcomes: list[tuple[int, Saved | str]] = field(default_factory=list)
    """Number of the message, and where the file lies or why it does not."""

    def in_order(self) -> list[Saved | str]:
        """Return the outcomes in the order of the messages."""
        ordered = sorted(self.outcomes, key=lambda each: each[0])
        return [outcome for _, outcome in ordered]


class Reception:
    """Takes files in; one answer for one file or for one album.

    Args:
        services: Of this worker.
        book: Knows what is under way, across crashes.
    """

    def __init__(self, services: Services, book: DownloadBook) -> None:
        self._services = services
        self._downloader = Downloader(services.bot, services.clock)
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._albums: dict[str, _Batch] = {}
        self._book = book

    def resume(self) -> None:
        """Fetch what an earlier run has begun; returns at once."""
        for wanted in self._book.left():
            _log.info("Fetching %s again", shown(wanted.file.name))
            work = self.receive(wanted.file, wanted.user_id, wanted.chat)
            self._services.tasks.spawn(work, f"download for {wanted.chat}")

    async def receive(self, file: Incoming, user_id: int, chat: int) -> None:
        """Save a file and say where it lies, or why it could not be saved."""
        wanted = Wanted(file, user_id, chat)
        self._book.begin(wanted)
        await self._receive(file, user_id, chat)
        # Not after a cancellation: that is the end of the worker.
        self._book.end(wanted)

    async def _receive(self, file: Incoming, user_id: int, chat: int) -> None:
        batch = (
            self._albums.setdefault(file.album, _Batch()) if file.album else _Batch()
        )
        batch.under_way += 1
        outcome = await self._outcome(file, chat)
        batch.outcomes.append((file.message, outcome))
        if file.album:
            await self._services.clock.sleep(_ALBUM_S)
        batch.under_way -= 1
        if batch.under_way:
            return  # whoever is last tells of all
        self._albums.pop(file.album, None)
        await self._answer(batch.in_order(), user_id, chat)

    async def _answer(
        self, outcomes: list[Saved | str], user_id: int, chat: int
    ) -> None:
        text, entities = filetexts.received(outcomes)
        saved = [each for each in outcomes if isinstance(each, Saved)]
        keyboard = None
        if saved:
            buttons = PathButtons([each.path for each in saved])
            key = self._services.buttons.issue(user_id, buttons)
            keyboard = type_keyboard(key, len(saved))
        await self._services.outbox.text(chat, text, entities, keyboard)

    async def _outcome(self, file: Incoming, chat: int) -> Saved | str:
        """Save one file; returns where it lies or why it was not saved."""
        try:
            saved = await self._save(file, chat)
        except DownloadError as error:
            reason = error.message
            if "too big" in reason.lower():
                reason = filetexts.too_large(file.size_bytes, LIMIT_BYTES)
        except OSError as error:
            reason = filetexts.unwritable(error)
        else:
            self._note(saved)
            return saved
        _log.warning("Not saved: %s of a user: %s", shown(file.name), reason)
        return filetexts.not_saved(shown(file.name), reason)

    async def _save(self, file: Incoming, chat: int) -> Saved:
        """Save one file; its size is looked at before anything is fetched.

        Raises:
            DownloadError: When it cannot be fetched.
            OSError: When the disk does not take it.
        """
        size = file.size_bytes or 0
        if not self._services.settings.local_mode and size > LIMIT_BYTES:
            raise DownloadError(filetexts.too_large(size, LIMIT_BYTES))
        arrived = 0

        def on_progress(so_far: int) -> None:
            nonlocal arrived
            arrived = so_far

        async def fetch(target: BinaryIO) -> None:
            free = await asyncio.to_thread(_free_bytes, target)
            if size + _SPARE_BYTES > free:
                raise DownloadError(filetexts.disk_full(size, free))
            await self._downloader.fetch(file.file_id, target, on_progress)

        note = ProgressNote(
            self._services.outbox,
            self._services.clock,
            chat,
            lambda: filetexts.progress(shown(file.name), arrived, file.size_bytes),
        )
        self._services.tasks.spawn(note.run(), f"progress in {chat}")
        try:
            async with self._slots:
                return await save(
                    self._services.dirs.received, file.name, fetch, file.caption
                )
        finally:
            note.done()

    def _note(self, saved: Saved) -> None:
        size = saved.path.stat().st_size
        totals = self._services.media.totals
        totals.received += 1
        totals.received_bytes += size
        _log.info("Received %s (%d bytes)", shown(str(saved.path)), size)


def _free_bytes(target: BinaryIO) -> int:
    status = os.fstatvfs(target.fileno())
    return status.f_bavail * status.f_frsize
