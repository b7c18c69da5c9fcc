"""Deletes old files from `sent/` and `received/`; never those that wait to be sent."""

import logging
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from coderbot.paths import is_under_way

_log = logging.getLogger(__name__)

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be kept; 0 is no limit."""

    age_s: float = 0.0
    """Since a file was put there, in seconds."""
    size: int = 0
    """Of all files together, in bytes."""

    def __bool__(self) -> bool:
        return bool(self.age_s or self.size)


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was put away."""

    inode: tuple[int, int]
    """Device and number."""
    since_s: float
    """When it was put there, in seconds since 1970."""
    size: int
    """In bytes."""


def surplus(files: Sequence[Kept], limits: Limits, now_s: float) -> list[Kept]:
    """Return what is to go: the oldest first, as much as the limits ask for.

    Args:
        files: All there is.
        limits: What may be kept.
        now_s: The time, in seconds since 1970.
    """
    left = sum(each.size for each in files)
    gone = []
    for each in sorted(files, key=lambda each: each.since_s):
        is_old = limits.age_s and now_s - each.since_s > limits.age_s
        is_much = limits.size and left > limits.size
        if not is_old and not is_much:
            break
        gone.append(each)
        left -= each.size
    return gone


def prune(root: Path, folders: Sequence[str], limits: Limits, now_s: float) -> int:
    """Delete what the limits do not allow; to be run in a thread.

    It works from open directories, so no link leads it out of them.

    Args:
        root: Directory of the bot.
        folders: Names of the directories in it that are pruned, taken together.
        limits: What may be kept.
        now_s: The time, in seconds since 1970.

    Returns:
        How many files were deleted.
    """
    found = [kept for _, _, kept in _walk(root, folders)]
    gone = {each.inode for each in surplus(found, limits, now_s)}
    count = 0
    if gone:
        for name, directory, kept in _walk(root, folders):
            if kept.inode in gone:
                with suppress(OSError):
                    os.unlink(name, dir_fd=directory)
                    count += 1
    if count:
        _log.info("Deleted %d old files from %s", count, " and ".join(folders))
    return count


def _walk(root: Path, folders: Sequence[str]) -> Iterator[tuple[str, int, Kept]]:
    """Yield name, open directory and facts of all that is no directory."""
    for folder in folders:
        try:
            top = os.open(root, _DIRECTORY)
            try:
                place = os.open(folder, _DIRECTORY, dir_fd=top)
            finally:
                os.close(top)
        except OSError:  # not there, or a link
            continue
        try:
            for _, _, names, directory in os.fwalk(".", dir_fd=place):
                for name in names:
                    yield from _kept(name, directory)
        finally:
            os.close(place)


def _kept(name: str, directory: int) -> Iterator[tuple[str, int, Kept]]:
    with suppress(OSError):
        status = os.stat(name, dir_fd=directory, follow_symlinks=False)
        if not is_under_way(name) and not stat.S_ISDIR(status.st_mode):
            # Moving a file changes its ctime and leaves its mtime.
            inode = status.st_dev, status.st_ino
            yield name, directory, Kept(inode, status.st_ctime, status.st_size)
