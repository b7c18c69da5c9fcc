"""Which updates were acted on: none is acted on twice, not even after a crash."""

import logging
from collections import OrderedDict
from pathlib import Path

from telegram import Update

_KEPT = 1_000
"""Updates remembered; Telegram repeats only those that were not confirmed."""

_log = logging.getLogger(__name__)


class Ledger:
    """Remembers updates in memory and in a file, before they are acted on.

    An update is known by its number together with what it brings: numbers may
    begin anew (after a quiet week, or on another Bot API server).

    Args:
        path: The file; one line an update.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._lines = 0

    def load(self) -> None:
        """Read what earlier runs have acted on; without the file it was nothing."""
        try:
            lines = self._path.read_text("utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return
        except OSError as error:
            _log.warning("The ledger of updates cannot be read: %s", error)
            return
        self._lines = len(lines)
        self._seen = OrderedDict.fromkeys(lines[-_KEPT:])

    def is_new(self, update: Update) -> bool:
        """Note an update; returns False when it was noted before."""
        key = _key(update)
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > _KEPT:
            self._seen.popitem(last=False)
        try:
            self._write(key)
        except OSError as error:
            _log.warning("The ledger of updates cannot be written: %s", error)
        return True

    def _write(self, key: str) -> None:
        if self._lines < 2 * _KEPT:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(key + "\n")
            self._lines += 1
            return
        fresh = self._path.with_suffix(".new")
        fresh.write_text("".join(f"{each}\n" for each in self._seen), "utf-8")
        fresh.replace(self._path)
        self._lines = len(self._seen)


def _key(update: Update) -> str:
    query, message = update.callback_query, update.effective_message
    if query is not None:
        return f"{update.update_id} q{query.id}"
    if message is not None:
        return f"{update.update_id} m{message.chat_id}:{message.date.timestamp():.0f}"
    return str(update.update_id)
