"""Opens files that others have put there."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


def open_below(root: Path, name: str) -> BinaryIO:
    """Open the regular file `name`, which may lie in a folder of `root`, for reading.

    No link below `root` is followed and a pipe does not block, even if one has
    taken the place of the file, or of its folder, since it was looked at.

    Raises:
        OSError: When it cannot be opened, or is no regular file.
    """
    *folders, base = name.split("/")
    directory = os.open(root, _DIRECTORY)
    try:
        for folder in folders:
            inner = os.open(folder, _DIRECTORY | os.O_NOFOLLOW, dir_fd=directory)
            os.close(directory)
            directory = inner
        descriptor = os.open(base, _FILE, dir_fd=directory)
    finally:
        os.close(directory)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "no regular file", name)
    return os.fdopen(descriptor, "rb")
