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
        self._meanwhile: list[bytes] | None = None
        """Lines that came while the file is written anew."""

    def open(self, present: Iterable[FileId]) -> None:
        """Read the journal and keep what belongs to `present`.

        Entries of files that have left are forgotten: a person who puts such a
        file back wants it sent again. Nothing here waits for the disk, which may
        take seconds where much is written.
        """
        with _complaining("open"):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._chats, self._is_torn = _read(self._path)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            self._descriptor = _opened(self._path, flags)
        for file in self._chats.keys() - set(present):
            self.forget(file)

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

    async def flush(self) -> None:
        """Bring what was recorded to the disk, without holding up the loop."""
        if self._descriptor is None:
            return
        with _complaining("flush"):
            if self._dead_lines > _MAX_DEAD_LINES:
                await self._rewrite()
            else:
                # A duplicate: the journal may be closed meanwhile.
                await asyncio.to_thread(_sync_and_close, os.dup(self._descriptor))

    def _append(self, line: bytes) -> None:
        if self._meanwhile is not None:
            self._meanwhile.append(line)
        if self._descriptor is None:
            return
        start = b"\n" if self._is_torn else b""
        # Until all is written: a line after a torn one must begin anew.
        self._is_torn = True
        with _complaining("write to"):
            written = os.write(self._descriptor, start + line)
            self._is_torn = written < len(start + line)

    async def _rewrite(self) -> None:
        """Write the file anew without what no longer matters.

        What is recorded meanwhile goes into the old one, which is valid until
        the end, and into the new one before that takes its place.
        """
        entries = self._chats.items()
        lines = b"".join(_line(file, chat) for file, chats in entries for chat in chats)
        temporary = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
        self._meanwhile, self._dead_lines = [], 0
        try:
            descriptor = await asyncio.to_thread(_write_whole, temporary, lines)
            try:
                os.write(descriptor, b"".join(self._meanwhile))
                temporary.replace(self._path)
            except OSError:
                os.close(descriptor)
                raise
        finally:
            self._meanwhile = None
            temporary.unlink(missing_ok=True)
        if self._descriptor is None:  # closed meanwhile
            os.close(descriptor)
            return
        self.close()
        self._descriptor = descriptor
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


def _read(path: Path) -> tuple[dict[FileId, set[int]], bool]:
    """Return who has what, and whether the last line was torn by a crash."""
    chats: dict[FileId, set[int]] = {}
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return chats, False
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
    return chats, not content.endswith(b"\n") and bool(content)


def _opened(path: Path, flags: int) -> int:
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    os.fchmod(descriptor, 0o600)
    return descriptor


def _write_whole(path: Path, content: bytes) -> int:
    """Write a new file and bring it to the disk; returns it, open for more."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
    descriptor = _opened(path, flags)
    try:
        with open(descriptor, "wb", closefd=False) as out:
            out.write(content)
        os.fsync(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _sync_and_close(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
