"""What lies in a bot's media directories, and its removal; to be run in a thread."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from coderbot.paths import MediaDirs
from coderbot.supervisor.errors import MediaError


@dataclass(frozen=True, slots=True)
class MediaUsage:
    """What lies in the media directory of a bot."""

    files: int
    size_bytes: int


def measure_media(dirs: MediaDirs) -> MediaUsage:
    """Return how much `clean_media` would delete.

    Raises:
        MediaError: When one of the directories is a symbolic link.
    """
    return _walk_all(dirs, remove=False)


def clean_media(dirs: MediaDirs) -> MediaUsage:
    """Delete what lies in sent/, received/ and failed/; returns what was deleted.

    Symbolic links are deleted, never followed. What cannot be deleted stays.

    Raises:
        MediaError: When one of the directories is a symbolic link.
    """
    return _walk_all(dirs, remove=True)


def _walk_all(dirs: MediaDirs, remove: bool) -> MediaUsage:
    sizes: list[int] = []
    with _opened(dirs.root, None) as root:
        if root is None:
            return MediaUsage(0, 0)
        for each in (dirs.sent, dirs.received, dirs.failed):
            with _opened(Path(each.name), root) as directory:
                if directory is not None:
                    sizes.extend(_walk(directory, remove))
    return MediaUsage(len(sizes), sum(sizes))


@contextmanager
def _opened(path: Path, inside: int | None) -> Iterator[int | None]:
    """Open a directory, inside another one; None when there is none."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, dir_fd=inside)
    except FileNotFoundError:
        yield None
        return
    except OSError as error:
        raise MediaError(
            f"{path} is no plain directory: {error.strerror}",
            "Nothing outside a bot's own directory is deleted. "
            "Replace the link by a directory.",
        ) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _walk(directory: int, remove: bool) -> Iterator[int]:
    """Yield the size of each file below an open directory, in bytes."""
    for _, subdirectories, files, descriptor in os.fwalk(
        ".", topdown=False, dir_fd=directory
    ):
        for name in files:
            yield from _take_file(name, descriptor, remove)
        for name in subdirectories:
            yield from _take_directory(name, descriptor, remove)


def _take_file(name: str, inside: int, remove: bool) -> Iterator[int]:
    with suppress(OSError):
        size = os.stat(name, dir_fd=inside, follow_symlinks=False).st_size
        if remove:
            os.unlink(name, dir_fd=inside)
        yield size


def _take_directory(name: str, inside: int, remove: bool) -> Iterator[int]:
    with suppress(OSError):
        mode = os.stat(name, dir_fd=inside, follow_symlinks=False).st_mode
        if stat.S_ISLNK(mode):
            # A link to a directory, which was not walked into.
            yield from _take_file(name, inside, remove)
        elif remove:
            os.rmdir(name, dir_fd=inside)
