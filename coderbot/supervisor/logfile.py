"""The log files of one bot: one that is written, and older ones beside it."""

import os
import re
import stat
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path

from coderbot.supervisor.storedlines import NUMBERED

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
_MAX_ROTATED = 99
"""Older files of one bot, however small they are."""
_NAME = re.compile(r"(.+)\.log(?:\.[1-9][0-9]{0,5})?")
_PIECE_BYTES = 1 << 18
"""Read at once, from the end backwards."""


class LogFile:
    """`bot-0.log`, and its forerunners `bot-0.log.1` (the newest), `bot-0.log.2`, …

    Only whole lines get into it: what could not be written wholly is taken back.

    Args:
        directory: Where they lie.
        bot: Whose they are.
        max_bytes: Size of one file; more is put into the next.
    """

    def __init__(self, directory: Path, bot: str, max_bytes: int) -> None:
        self.bot = bot
        self._directory = directory
        self._path = directory / f"{bot}.log"
        self._max_bytes = max_bytes
        self._descriptor: int | None = None
        self._size = _size(self._path)
        self._rotated = {n: _size(path) for n, path in _numbered(directory, bot)}

    @property
    def total_bytes(self) -> int:
        """Size of all of them."""
        return self._size + sum(self._rotated.values())

    @property
    def has_older(self) -> bool:
        """Whether there is a file that is not written any more."""
        return bool(self._rotated)

    def write(self, data: bytes) -> tuple[bytes, OSError | None]:
        """Add whole lines; returns those that could not be added, and why."""
        try:
            while data:
                self._open()
                room = self._max_bytes - self._size
                if len(data) <= room:
                    end = len(data)
                else:
                    end = data.rfind(b"\n", 0, max(0, room)) + 1
                    # A line that is longer than a file has one of its own.
                    if end == 0 and self._size == 0:
                        end = data.index(b"\n") + 1
                self._append(data[:end])
                data = data[end:]
                if data:
                    self._rotate()
        except OSError as error:
            return data, error
        return data, None

    def drop_oldest(self) -> None:
        """Delete the oldest of its files; the one that is written goes last."""
        number = max(self._rotated, default=0)
        if number:
            del self._rotated[number]
            self._older(number).unlink(missing_ok=True)
        else:
            self.close()
            self._size = 0
            self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file; `write` opens it again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _append(self, data: bytes) -> None:
        if not data:
            return
        assert self._descriptor is not None
        written = 0
        try:
            while written < len(data):
                written += os.write(self._descriptor, data[written:])
        except OSError:
            # A full disk takes the beginning of a line, and may give it back.
            with suppress(OSError):
                os.ftruncate(self._descriptor, self._size)
            self.close()
            raise
        self._size += len(data)

    def _open(self) -> None:
        if self._descriptor is not None:
            if os.fstat(self._descriptor).st_nlink > 0:
                return
            # Somebody has deleted it: nobody would ever read what is written.
            self.close()
        make_private(self._directory)
        descriptor = os.open(self._path, _FLAGS | os.O_NONBLOCK, 0o600)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(f"{self._path.name} is no file")
            os.fchmod(descriptor, 0o600)
            self._size = _end_line(descriptor, status.st_size)
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor

    def _rotate(self) -> None:
        self.close()
        if len(self._rotated) >= _MAX_ROTATED:
            self.drop_oldest()
        for number in sorted(self._rotated, reverse=True):
            with suppress(FileNotFoundError):  # Somebody has tidied up.
                self._older(number).rename(self._older(number + 1))
            self._rotated[number + 1] = self._rotated.pop(number)
        self._path.rename(self._older(1))
        self._rotated[1] = self._size
        self._size = 0

    def _older(self, number: int) -> Path:
        return self._directory / f"{self.bot}.log.{number}"


def make_private(directory: Path) -> None:
    """Make a directory that nobody but its owner may enter (mode 0700).

    Raises:
        OSError: When that is not possible, or it is a symbolic link.
    """
    directory.mkdir(mode=0o700, exist_ok=True)
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(directory, flags)
    try:
        os.fchmod(descriptor, 0o700)
    finally:
        os.close(descriptor)


def bots_in(directory: Path | None) -> set[str]:
    """Return whose files there are: ids, and PARENT."""
    names: set[str] = set()
    if directory is not None:
        with suppress(OSError):
            matches = (_NAME.fullmatch(path.name) for path in directory.iterdir())
            names |= {found[1] for found in matches if found}
    return names


def newest_pieces(directory: Path, bot: str) -> Iterator[bytes]:
    """Yield all that is stored of a bot in pieces of whole lines, the newest first.

    Each begins with a line that bears its number; what comes before the first such
    line is left out. A file that cannot be read ends the story.
    """
    seen: set[tuple[int, int]] = set()
    older = sorted(_numbered(directory, bot))
    rest = b""
    with suppress(OSError):
        for path in (directory / f"{bot}.log", *(path for _, path in older)):
            rest = yield from _backwards(path, seen, rest)


def _backwards(
    path: Path, seen: set[tuple[int, int]], rest: bytes
) -> Generator[bytes, None, bytes]:
    """Yield the pieces of a file that was not seen yet, the last first.

    Args:
        path: Of the file.
        seen: Files that were read; this one is added.
        rest: Lines without a number that follow this file.

    Returns:
        Lines at its beginning that follow those of an older file.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    descriptor = os.open(path, flags)
    try:
        status = os.fstat(descriptor)
        identity = status.st_dev, status.st_ino
        if identity in seen:
            return rest  # It was given another name meanwhile.
        seen.add(identity)
        position = status.st_size
        while position > 0:
            start = max(0, position - _PIECE_BYTES)
            piece = os.pread(descriptor, position - start, start) + rest
            # A line that is cut at its front may look like one that is whole.
            found = NUMBERED.search(piece, piece.find(b"\n") + 1 if start else 0)
            cut = found.start() if found else len(piece)
            rest = piece[:cut]
            if found:
                yield piece[cut:]
            position = start
        return rest
    finally:
        os.close(descriptor)


def _end_line(descriptor: int, size: int) -> int:
    """End the last line, if a supervisor that was killed has not; return the size."""
    if size > 0 and os.pread(descriptor, 1, size - 1) != b"\n":
        size += os.write(descriptor, b"\n")
    return size


def _numbered(directory: Path, bot: str) -> Iterator[tuple[int, Path]]:
    """Yield the older files of a bot with their numbers."""
    name = re.compile(re.escape(f"{bot}.log.") + "([1-9][0-9]{0,5})")
    with suppress(OSError):
        for path in directory.iterdir():
            if found := name.fullmatch(path.name):
                yield int(found[1]), path


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0
