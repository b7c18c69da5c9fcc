"""Which updates were acted on: none is acted on twice, not even after a crash."""

import asyncio
import logging
import os
from collections import OrderedDict
from pathlib import Path
from typing import Protocol

from telegram import Update

from coderbot.atomicfile import replace_file

_KEPT = 1_000
"""Updates remembered; Telegram repeats only those that were not confirmed."""

_log = logging.getLogger(__name__)


class UpdateLedger(Protocol):
    """Knows which updates were acted on."""

    async def is_new(self, update: Update) -> bool:
        """Note an update; returns False when it was noted before.

        Returns in the order of the calls, once the note is safe.
        """

    async def settled(self) -> None:
        """Return when there is nothing that could not be noted yet."""


class Ledger:
    """Remembers updates in memory and on the disk, before they are acted on.

    A process that is killed at any moment has acted on what it had noted or on
    less, never on more; so nothing is done twice.

    An update is known by its number together with what it brings: numbers may
    begin anew (after a quiet week, or on another Bot API server).

    Args:
        path: The file; one line an update. None: memory alone, where another ledger
            outlasts this process.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._lines = 0
        self._turn = asyncio.Lock()
        self._unwritten: list[str] = []

    def load(self) -> None:
        """Read what earlier runs have acted on; without the file it was nothing."""
        if self._path is None:
            return
        try:
            lines = self._path.read_text("utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return
        except OSError as error:
            _log.warning("The ledger of updates cannot be read: %s", error)
            return
        self._lines = len(lines)
        self._seen = OrderedDict.fromkeys(lines[-_KEPT:])

    async def is_new(self, update: Update) -> bool:
        """Note an update; returns False when it was noted before.

        Returns in the order of the calls, once the note is on the disk.
        """
        key = key_of(update)
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > _KEPT:
            self._seen.popitem(last=False)
        if self._path is None:
            return True
        self._unwritten.append(key)
        async with self._turn:
            # Whoever waited here while others wrote was written with them.
            keys, self._unwritten = self._unwritten, []
            if keys:
                await self._write_down(self._path, keys)
        return True

    async def settled(self) -> None:
        """Return at once: what the disk does not take is remembered all the same."""

    async def _write_down(self, path: Path, keys: list[str]) -> None:
        try:
            await asyncio.to_thread(self._write, path, keys, tuple(self._seen))
        except OSError as error:
            _log.warning("The ledger of updates cannot be written: %s", error)

    def _write(self, path: Path, keys: list[str], seen: tuple[str, ...]) -> None:
        if self._lines < 2 * _KEPT:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            with os.fdopen(os.open(path, flags, 0o600), "a") as file:
                file.writelines(f"{key}\n" for key in keys)
                file.flush()
                os.fsync(file.fileno())
            self._lines += len(keys)
            return
        replace_file(path, "".join(f"{each}\n" for each in seen).encode())
        self._lines = len(seen)


def key_of(update: Update) -> str:
    """Return what an update is known by."""
    query, message = update.callback_query, update.effective_message
    if query is not None:
        return f"{update.update_id} q{query.id}"
    if message is not None:
        return f"{update.update_id} m{message.chat_id}:{message.date.timestamp():.0f}"
    return str(update.update_id)
