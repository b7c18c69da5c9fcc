"""Free names in a directory, for file systems on which linking does not work."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


def claim(directory: Path, names: Iterator[str]) -> Path:
    """Make an empty file under the first free name, and so hold the name.

    Raises:
        OSError: When the directory takes none.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    for candidate in names:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(directory / candidate, flags, 0o600))
            return directory / candidate
    raise AssertionError("numbers do not end")


def rename_free(source: Path, directory: Path, names: Iterator[str]) -> Path:
    """Rename a file to the first free name: over the empty file that holds it.

    Raises:
        OSError: When that fails; nothing is left behind then.
    """
    target = claim(directory, names)
    try:
        source.rename(target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target
