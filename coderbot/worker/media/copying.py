"""Copies of files for a user: whole, bounded, and without a secret of this bot."""

import os
import stat
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, BinaryIO

from coderbot.errors import CoderBotError
from coderbot.redact import Secret
from coderbot.worker.media.captions import size_text
from coderbot.worker.media.names import shown

_CHUNK_BYTES = 1 << 20
_MAX_FILES = 5_000
"""Files in one archive."""
_MOST_IN_ARCHIVE = 10
"""A file that is packed may be so many times as large as what can be sent."""


class CopyRefused(CoderBotError):  # noqa: N818 - an answer, not a fault
    """Raised when a file is not copied; the message is for the user."""


class Copier:
    """Copies single files, and directories as zip archives.

    Args:
        max_bytes: Largest file that can be sent, in bytes.
        secrets: Must not be in what is copied.
    """

    def __init__(self, max_bytes: int, secrets: Sequence[Secret]) -> None:
        self._max_bytes = max_bytes
        self._secrets = [each.reveal().encode() for each in secrets if each.reveal()]
        self._overlap = max(map(len, self._secrets), default=1) - 1

    def copy(self, source: Path, target: BinaryIO) -> None:
        """Copy a file as it is now, or a directory as a zip archive.

        Raises:
            CopyRefused: When it is too large, or holds a secret of this bot.
            OSError: When it cannot be read, or `target` not be written.
        """
        if source.is_dir():
            self._zip(source, target)
        else:
            self._copy(source, target, self._max_bytes)

    def _copy(self, source: Path, target: IO[bytes], room: int) -> int:
        """Copy one file; returns its size in bytes."""
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
        with os.fdopen(os.open(source, flags), "rb") as content:
            status = os.fstat(content.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise CopyRefused(f"{shown(source.name)} is no regular file.")
            self._check_size(source, status.st_size, room)
            copied, tail = 0, b""
            while chunk := content.read(_CHUNK_BYTES):
                copied += len(chunk)
                self._check_size(source, copied, room)  # it may grow meanwhile
                tail = self._check_secrets(source, tail + chunk)
                target.write(chunk)
        return copied

    def _zip(self, directory: Path, target: BinaryIO) -> None:
        room = self._max_bytes
        with zipfile.ZipFile(
            target, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False
        ) as archive:
            for count, path in enumerate(_files_below(directory)):
                if count >= _MAX_FILES:
                    raise CopyRefused(
                        f"{shown(directory.name)}/ holds more than {_MAX_FILES:,} files."
                    )
                name = str(path.relative_to(directory.parent))
                info = zipfile.ZipInfo.from_file(
                    path, shown(name), strict_timestamps=False
                )
                info.compress_type = zipfile.ZIP_DEFLATED
                with archive.open(info, "w") as member:
                    self._copy(path, member, _MOST_IN_ARCHIVE * self._max_bytes)
                self._check_size(directory, target.tell(), room)
        self._check_size(directory, target.tell(), room)

    def _check_size(self, source: Path, size: int, room: int) -> None:
        if size > room:
            raise CopyRefused(
                f"{shown(source.name)} is too large: {size_text(size)} or more, and "
                f"Telegram takes at most {size_text(self._max_bytes)}."
            )

    def _check_secrets(self, source: Path, content: bytes) -> bytes:
        """Return the end of `content`, which may be the beginning of a secret."""
        if any(secret in content for secret in self._secrets):
            raise CopyRefused(
                f"{shown(source.name)} holds a secret of this bot and is not sent."
            )
        return content[-self._overlap :] if self._overlap else b""


def _files_below(directory: Path) -> Iterator[Path]:
    """Yield the regular files below; no link is followed."""
    for place, folders, names in os.walk(directory):
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            if stat.S_ISREG(path.lstat().st_mode):
                yield path
