"""The logbook on disk: what comes, in files that are rotated and bounded."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from coderbot.supervisor.blocks import Block
from coderbot.supervisor.lines import PARENT
from coderbot.supervisor.logfile import (
    LogFile,
    bots_in,
    make_private,
    newest_pieces,
)
from coderbot.supervisor.storedlines import last_number, missing_line

MAX_WAITING_CHARS = 8 << 20
"""Characters that may wait for a slow disk; more is not stored, and counted."""
BUSY_CHARS = 2 << 20
"""Characters that wait when the disk has enough to do."""
_STALLED_S = 1.0
"""A disk that takes longer for what has waited has stopped working, in seconds."""
_GATHER_S = 0.01
"""How long it is gathered what is written at once, in seconds."""
_FLUSH_S = 2.0
"""How long the end waits for a disk that has stopped working, in seconds."""

_log = logging.getLogger(__name__)


class LogFiles:
    """Stores the lines of all bots under one directory (mode 0700).

    A thread writes, so that a slow disk holds up nobody. When the disk is full, or
    cannot be written for another reason, that is told once; lines are counted until
    it can be written again, and their number is told and left in their place.

    No directory is entered or made before `storing`. Each file has
    LOG_FILE_MAX_MB at most, and all together LOG_TOTAL_MAX_MB: of the bot that has
    the most, the oldest file goes first, so that one that floods does not drive out
    what the others have said.

    Args:
        directory: Where the files lie; its parent exists.
        bots: Ids of all bots.
        file_max_bytes: Size of one file.
        total_max_bytes: Size of all files.
        retry_s: Pause before it is tried again to write, in seconds.
    """

    def __init__(
        self,
        directory: Path,
        bots: Iterable[str],
        file_max_bytes: int,
        total_max_bytes: int,
        retry_s: float = 5.0,
    ) -> None:
        self._directory = directory
        self._bots = (PARENT, *bots)
        # Half of all is left to older files, however many bots there are.
        share = total_max_bytes // (2 * len(self._bots))
        self._file_max_bytes = max(1, min(file_max_bytes, share))
        self._total_max_bytes = total_max_bytes
        self._retry_s = retry_s
        self._files: dict[str, LogFile] = {}
        self._lock = threading.Lock()
        self._waiting: list[Block] = []
        self._waiting_chars = 0
        self._refused: Counter[str] = Counter()
        self._refused_from: dict[str, int] = {}
        """Number of the first line refused."""
        self._taken_at = time.monotonic()
        # From here on: of the thread alone.
        self._unwritten: dict[str, bytes] = {}
        self._missing: Counter[str] = Counter()
        self._missing_from: dict[str, int] = {}
        self._taken: dict[str, int] = {}
        self._stored: dict[str, int] = {}
        """Numbers of the last lines taken, and stored, by bot."""
        self._broken = False
        self._news = threading.Event()
        self._closing = threading.Event()
        self.not_stored = 0
        """How many lines could not be stored since the start."""

    def put(self, block: Block) -> None:
        """Let lines be stored; never waits."""
        chars = sum(map(len, block.texts))
        with self._lock:
            full = self._waiting_chars + chars > MAX_WAITING_CHARS
            # One gap, then: what is stored is in the order of its numbers.
            if full or block.bot in self._refused_from:
                self._refused[block.bot] += len(block.texts)
                self._refused_from.setdefault(block.bot, block.first_seq)
            else:
                self._waiting_chars += chars
                self._waiting.append(block)
        self._news.set()

    def is_busy(self) -> bool:
        """Tell whether whoever writes much should be read a little later.

        Not when the disk has stopped working: then lines are dropped from it, and
        no worker is held up.
        """
        if self._waiting_chars < BUSY_CHARS or self._broken:
            return False
        return time.monotonic() - self._taken_at < _STALLED_S

    @contextmanager
    def storing(self) -> Iterator[None]:
        """Write what is put, for the length of the block and to its last line."""
        thread = threading.Thread(target=self._run, name="log files", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._closing.set()
            self._news.set()
            thread.join(_FLUSH_S)

    @property
    def directory(self) -> Path:
        """Where the files lie."""
        return self._directory

    def stored_seq(self, bot: str) -> int:
        """Return the number of the last line of a bot that was stored by now."""
        return self._stored.get(bot, 0)

    def last_seq(self) -> int:
        """Return the greatest number that a stored line has; 0 when there is none.

        Reads files: not to be called on a loop.
        """
        newest = (
            next(newest_pieces(self._directory, bot), b"")
            for bot in bots_in(self._directory)
        )
        return max(map(last_number, newest), default=0)

    def _run(self) -> None:
        self._prepare()
        while not self._closing.is_set():
            if not self._broken:
                self._news.wait()
            self._closing.wait(self._retry_s if self._broken else _GATHER_S)
            self._news.clear()
            self._write_all()
        self._write_all()
        for file in self._files.values():
            file.close()

    def _prepare(self) -> None:
        """Find what is there: files of bots that are no more count as well."""
        names = set(self._bots)
        with suppress(OSError):  # Else it is told at the first line.
            make_private(self._directory)
        for name in names | bots_in(self._directory):
            self._file(name)
        self._trim()

    def _file(self, bot: str) -> LogFile:
        """Return the file of a bot, which may have come while the fleet runs."""
        if bot not in self._files:
            self._files[bot] = LogFile(self._directory, bot, self._file_max_bytes)
        return self._files[bot]

    def _write_all(self) -> None:
        self._take()
        errors = []
        stored = 0
        for bot in self._unwritten.keys() | self._missing.keys():
            data = self._unwritten.pop(bot, b"")
            rest, error = self._file(bot).write(data)
            if error is None and self._missing[bot]:
                first = self._missing_from[bot]
                note = missing_line(_now(), self._missing[bot], first).encode()
                _, error = self._file(bot).write(note)
            if error is None:
                stored += self._missing.pop(bot, 0)
                self._missing_from.pop(bot, None)
                self._stored[bot] = self._taken.get(bot, 0)
            else:
                errors.append(error)
                self._unwritten[bot] = rest
        self._trim()
        self._tell(errors, stored)

    def _take(self) -> None:
        """Take what waits; what does not fit is counted, until all is written."""
        with self._lock:
            blocks, self._waiting = self._waiting, []
            refused, self._refused = self._refused, Counter()
            since, self._refused_from = self._refused_from, {}
            self._waiting_chars = 0
        self._taken_at = time.monotonic()
        texts: dict[str, list[bytes]] = {}
        room = MAX_WAITING_CHARS - sum(map(len, self._unwritten.values()))
        for block in blocks:
            if room <= 0 or self._missing[block.bot]:
                refused[block.bot] += len(block.texts)
                since[block.bot] = min(since.get(block.bot, 1 << 62), block.first_seq)
                continue
            self._taken[block.bot] = block.last_seq
            data = block.stored().encode(errors="replace")
            texts.setdefault(block.bot, []).append(data)
            if self._broken:
                room -= len(data)
        for bot, parts in texts.items():
            self._unwritten[bot] = self._unwritten.get(bot, b"") + b"".join(parts)
        self._missing += refused
        self._missing_from = since | self._missing_from
        self.not_stored += refused.total()

    def _trim(self) -> None:
        """Delete files until all together are small enough."""
        while sum(f.total_bytes for f in self._files.values()) > self._total_max_bytes:
            droppable = [
                file
                for bot, file in self._files.items()
                if file.has_older or (bot not in self._bots and file.total_bytes)
            ]
            if not droppable:
                return
            try:
                max(droppable, key=lambda file: file.total_bytes).drop_oldest()
            except OSError:
                return

    def _tell(self, errors: Sequence[OSError], missing: int) -> None:
        """Say that something is wrong, once, and that it is not any more."""
        lost = f"{missing:,} lines were not stored" if missing else "no line is missing"
        if errors and not self._broken:
            why = errors[0].strerror or str(errors[0])
            _log.warning("Log files cannot be written: %s. Lines are in memory", why)
        elif self._broken and not errors:
            _log.warning("Log files are written again; %s", lost)
        elif missing:
            _log.warning("The disk was too slow for the log files: %s", lost)
        self._broken = bool(errors)


def _now() -> float:
    return datetime.now(UTC).timestamp()
