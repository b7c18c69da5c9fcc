"""Moves finished files out of the way, never over another one."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.names import numbered, numbered_before

REASON_ENDING = ".reason.txt"
"""What follows the name of a failed file in the name of its reason."""


class FileChangedError(OSError):
    """Raised when the file is no longer the one that was to be moved."""


def archive(root: Path, file: FileId, directory: Path) -> Path:
    """Move `file` from `root` into `directory`, under the next free name.

    Args:
        root: Where the file lies.
        file: What is expected there.
        directory: Where it goes, on the same file system; made when missing.

    Returns:
        Where the file is now.

    Raises:
        FileChangedError: Another version stands there; it was left alone.
        OSError: It could not be moved; it stays where it is.
    """
    source = root / file.name
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if FileId.of(source) != file:
        raise FileChangedError(f"{file.name} was changed")
    target = _claim(directory, numbered(file.name))
    try:
        source.rename(target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    _give_back_stranger(source, target, file)
    return target


def write_reason(target: Path, reason: str) -> None:
    """Write why the file at `target` failed, into a new file beside it.

    Raises:
        OSError: When it cannot be written.
    """
    path = _claim(target.parent, numbered_before(target.name, REASON_ENDING))
    path.write_text(reason + "\n", encoding="utf-8", errors="replace")


def _claim(directory: Path, names: Iterator[str]) -> Path:
    """Make an empty file under the first free name, and so hold the name."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    for candidate in names:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(directory / candidate, flags, 0o600))
            return directory / candidate
    raise AssertionError("numbers do not end")


def _give_back_stranger(source: Path, target: Path, file: FileId) -> None:
    """Put back what was renamed if somebody swapped the file at the last moment."""
    moved = target.lstat()
    if moved.st_ino == file.inode:
        return
    with contextlib.suppress(FileExistsError):
        # Fails when a third version stands there already; then it stays moved.
        os.link(target, source, follow_symlinks=False)
        target.unlink()
    raise FileChangedError(f"{file.name} was replaced while it was moved")
