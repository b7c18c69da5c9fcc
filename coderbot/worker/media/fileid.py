"""Which file it is: the same name may hold another file a moment later."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileId:
    """One version of one file; a write or a replacement makes another."""

    name: str
    inode: int
    size: int
    """In bytes."""
    mtime_ns: int
    """Time of the last change of content, in nanoseconds since 1970."""

    @classmethod
    def of_status(cls, name: str, status: os.stat_result) -> "FileId":
        """Return the identity that belongs to this answer of `lstat`."""
        return cls(name, status.st_ino, status.st_size, status.st_mtime_ns)

    @classmethod
    def of(cls, path: Path) -> "FileId | None":
        """Return what stands at `path`, or None when it is no regular file."""
        try:
            status = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not stat.S_ISREG(status.st_mode):
            return None
        return cls.of_status(path.name, status)
