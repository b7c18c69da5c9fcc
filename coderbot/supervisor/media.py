"""What lies in a bot's media directories, and its removal; to be run in a thread."""

import os
import stat
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from coderbot.paths import MediaDirs, is_under_way, user_of
from coderbot.supervisor.errors import MediaError


@dataclass(frozen=True, slots=True)
class MediaUsage:
    """What lies in the media directory of a bot."""

    files: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file in a media directory."""

    name: str
    size_bytes: int
    changed_at: float
    """In seconds since 1970."""


@dataclass(frozen=True, slots=True)
class MediaFolder:
    """One of the media directories of a bot."""

    name: str
    """`waiting` (files that are to be sent), or one of FOLDERS."""
    files: int
    size_bytes: int
    latest: tuple[MediaFile, ...] = ()
    """The files that were changed last, the newest first."""


WAITING = "waiting"
"""What lies in the directory of the bot itself."""
FOLDERS = ("sent", "received", "failed")
"""Directories that can be cleaned."""
_LATEST = 5


def look_at_media(dirs: MediaDirs) -> tuple[MediaFolder, ...]:
    """Return what lies in each directory: waiting, sent, received, failed.

    Raises:
        MediaError: When one of the directories is a symbolic link.
    """
    with _opened(dirs.root, None) as root:
        if root is None:
            return tuple(MediaFolder(name, 0, 0) for name in (WAITING, *FOLDERS))
        found = [_folder(WAITING, _waiting(root))]
        for name in FOLDERS:
            with _opened(Path(name), root) as directory:
                files = () if directory is None else _files_below(directory)
                found.append(_folder(name, files))
    return tuple(found)


def _waiting(root: int) -> Iterator[MediaFile]:
    """Yield what lies in the directory itself and in the folders of its users."""
    yield from _files_in(root)
    for name in os.listdir(root):
        if user_of(name) is not None:
            with suppress(MediaError), _opened(Path(name), root) as folder:
                if folder is not None:
                    yield from _files_in(folder)


def _folder(name: str, files: Iterable[MediaFile]) -> MediaFolder:
    known = sorted(files, key=lambda file: file.changed_at, reverse=True)
    size = sum(file.size_bytes for file in known)
    return MediaFolder(name, len(known), size, tuple(known[:_LATEST]))


def _files_below(directory: int) -> Iterator[MediaFile]:
    for _, _, names, descriptor in os.fwalk(".", dir_fd=directory):
        yield from _files_in(descriptor, names)


def _files_in(
    directory: int, names: Iterable[str] | None = None
) -> Iterator[MediaFile]:
    """Yield the plain files of an open directory that are not hidden."""
    for name in os.listdir(directory) if names is None else names:
        with suppress(OSError):
            found = os.stat(name, dir_fd=directory, follow_symlinks=False)
            if stat.S_ISREG(found.st_mode) and not name.startswith("."):
                yield MediaFile(name, found.st_size, found.st_mtime)


def measure_media(dirs: MediaDirs) -> MediaUsage:
    """Return how much `clean_media` would delete.

    Raises:
        MediaError: When one of the directories is a symbolic link.
    """
    return _walk_all(dirs, FOLDERS, remove=False)


def clean_media(dirs: MediaDirs, folders: Collection[str] = FOLDERS) -> MediaUsage:
    """Delete what lies in some of FOLDERS; returns what was deleted.

    Symbolic links are deleted, never followed. What cannot be deleted stays.

    Raises:
        MediaError: When one of the directories is a symbolic link, or is none of
            FOLDERS.
    """
    for folder in folders:
        if folder not in FOLDERS:
            raise MediaError(
                f"{folder!r} is not cleaned", f"Only: {', '.join(FOLDERS)}."
            )
    return _walk_all(dirs, folders, remove=True)


def _walk_all(dirs: MediaDirs, folders: Collection[str], remove: bool) -> MediaUsage:
    sizes: list[int] = []
    with _opened(dirs.root, None) as root:
        if root is None:
            return MediaUsage(0, 0)
        for name in folders:
            with _opened(Path(name), root) as directory:
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
    """Yield the size of each file below an open directory, in bytes.

    What a worker is writing there is neither counted nor deleted.
    """
    for _, subdirectories, files, descriptor in os.fwalk(
        ".", topdown=False, dir_fd=directory
    ):
        for name in files:
            if not is_under_way(name):
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
