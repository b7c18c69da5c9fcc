"""Who has which file already: durable, so that a crash sends nothing twice."""

import asyncio
import contextlib
import logging
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from coderbot.worker.media.fileid import FileId

_log = logging.getLogger(__name__)

_MAX_DEAD_LINES = 1_000
"""The file is written anew when so many of its lines no longer matter."""


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line: this chat has that file; without a chat the file is done with."""

    name: str
    inode: int
    size: int
    mtime_ns: int
    chat: int | None = None

    @property
    def file(self) -> FileId:
        name = os.fsdecode(bytes.fromhex(self.name))
        return FileId(name, self.inode, self.size, self.mtime_ns)


_decoder = msgspec.json.Decoder(_Line)


class Journal:
    """Remembers deliveries of files that are still on their way to somebody.

    A line is appended as soon as a chat has a file: it survives the end of this
    process at once, and that of the machine after `flush`. Names are kept as
    hexadecimal digits, for a name may hold bytes that are no text.

    Args:
        path: The journal; made when missing (mode 0600).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._chats: dict[FileId, set[int]] = {}
        self._dead_lines = 0
        self._descriptor: int | None = None
        self._is_torn = False

    def open(self, present: Iterable[FileId]) -> None:
        """Read the journal, keep what belongs to `present`, write it anew.

        Entries of files that have left are dropped: a person who puts such a
        file back wants it sent again.
        """
        with _complaining("open"):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._chats = _read(self._path)
            for file in self._chats.keys() - set(present):
                del self._chats[file]
            self._rewrite()

    def close(self) -> None:
        """Close the file; nothing can be recorded afterwards."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def chats(self, file: FileId) -> frozenset[int]:
        """Return the chats that have `file`."""
        return frozenset(self._chats.get(file, ()))

    def record(self, file: FileId, chat_id: int) -> None:
        """Note that `chat_id` has `file`; there is no await that could lose it."""
        self._chats.setdefault(file, set()).add(chat_id)
        self._append(_line(file, chat_id))

    def forget(self, file: FileId) -> None:
        """Note that `file` is done with."""
        gone = self._chats.pop(file, None)
        if gone is None:
            return
        self._append(_line(file, None))
        self._dead_lines += 1 + len(gone)
        if self._dead_lines > _MAX_DEAD_LINES:
            with _complaining("rewrite"):
                self._rewrite()

    async def flush(self) -> None:
        """Bring what was recorded to the disk, without holding up the loop."""
        if self._descriptor is None:
            return
        # A duplicate: the file may be written anew, and closed, meanwhile.
        descriptor = os.dup(self._descriptor)
        with _complaining("flush"):
            await asyncio.to_thread(_sync_and_close, descriptor)

    def _append(self, line: bytes) -> None:
        if self._descriptor is None:
            return
        start = b"\n" if self._is_torn else b""
        # Until all is written: a line after a torn one must begin anew.
        self._is_torn = True
        with _complaining("write to"):
            written = os.write(self._descriptor, start + line)
            self._is_torn = written < len(start + line)

    def _rewrite(self) -> None:
        temporary = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        descriptor = os.open(temporary, flags, 0o600)
        try:
            lines = (_line(f, c) for f, chats in self._chats.items() for c in chats)
            with open(descriptor, "wb", closefd=False) as out:
                out.writelines(lines)
            os.fsync(descriptor)
            temporary.replace(self._path)
        except BaseException:
            os.close(descriptor)
            temporary.unlink(missing_ok=True)
            raise
        self.close()
        self._descriptor = descriptor
        self._dead_lines = 0
        self._is_torn = False


@contextlib.contextmanager
def _complaining(doing: str) -> Iterator[None]:
    """Log an OSError instead of raising it.

    A full disk must not stop the sending: what is known in memory still keeps
    files from being sent twice by this process.
    """
    try:
        yield
    except OSError as error:
        # The traceback would add nothing to the reason.
        _log.error("Cannot %s the media journal: %s", doing, error)


def _line(file: FileId, chat_id: int | None) -> bytes:
    name = os.fsencode(file.name).hex()
    line = _Line(name, file.inode, file.size, file.mtime_ns, chat_id)
    return msgspec.json.encode(line) + b"\n"


def _read(path: Path) -> dict[FileId, set[int]]:
    """Return who has what; a line torn by a crash is dropped."""
    chats: dict[FileId, set[int]] = {}
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return chats
    for raw in filter(None, content.split(b"\n")):
        try:
            line = _decoder.decode(raw)
            file = line.file
        except (msgspec.MsgspecError, ValueError):
            _log.warning("Dropped a damaged line of the media journal")
            continue
        if line.chat is None:
            chats.pop(file, None)
        else:
            chats.setdefault(file, set()).add(line.chat)
    return chats


def _sync_and_close(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
