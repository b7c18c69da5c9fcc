"""Which file it is: the same name may hold another file a moment later."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileId:
    """One version of one file; a write or a replacement makes another."""

    name: str
    """Where it lies in the bot's directory: `a.png`, or `to-1001/a.png`."""
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
    def of(cls, root: Path, name: str) -> "FileId | None":
        """Return what stands at `name` in `root`; None when it is no regular file."""
        try:
            status = (root / name).lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not stat.S_ISREG(status.st_mode):
            return None
        return cls.of_status(name, status)

    @property
    def base(self) -> str:
        """The name without its folder."""
        return self.name.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The folder it lies in: empty, or `to-1001`."""
        return self.name.rpartition("/")[0]
