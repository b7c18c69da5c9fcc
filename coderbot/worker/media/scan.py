"""One look at the files for users: a bot's directory and its `to-…/` folders."""

import heapq
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

from coderbot.paths import user_of
from coderbot.worker.media.captions import CAPTION_ENDING, captioned
from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.settling import Sighting
from coderbot.worker.media.writers import Writers, writers_of

_TEMPORARY = ("~", ".part", ".tmp", ".crdownload", ".swp")
"""Endings of names that programs give to files they have not finished."""

_MAX_CLOSER = 1_000
"""Files looked at more closely in one look, 30 us each: the oldest, for they go first."""

_Found = Iterator[tuple[str, os.stat_result]]


@dataclass(slots=True)
class Look:
    """What there was."""

    present: set[str] = field(default_factory=set)
    """Names of all that can be sent, now or once it is finished."""
    sightings: dict[str, Sighting] = field(default_factory=dict)
    """What was looked at more closely, by name."""
    unseen: int = 0
    """How many files wait for a closer look."""
    odd: set[tuple[str, int]] = field(default_factory=set)
    """Name and inode of what is never sent: links, pipes, sockets, directories."""
    folders: set[str] = field(default_factory=set)
    """Folders of single users."""


def is_temporary(name: str) -> bool:
    """Return whether a file of this name waits for its rename."""
    return name.startswith(".") or name.lower().endswith(_TEMPORARY)


def look_at(
    root: Path,
    reserved: frozenset[str],
    is_told: Callable[[FileId], bool],
    now_s: float,
    is_shared: bool = False,
) -> Look:
    """Look at all that lies in `root` and in the folders of users; links stay links.

    Args:
        root: The directory.
        reserved: Names that are left alone.
        is_told: Whether this version was dealt with and needs no closer look.
        now_s: Time of this look, in seconds since 1970.
        is_shared: Other machines may write here, and nobody knows of it.

    Raises:
        OSError: When the directory cannot be read.
    """
    look = Look()
    files: dict[str, os.stat_result] = {}
    for name, status in _entries(root, ""):
        if name in reserved:
            continue
        if stat.S_ISDIR(status.st_mode) and user_of(name) is not None:
            look.folders.add(name)
        else:
            _sort(look, files, name, status)
    for folder in look.folders:
        for name, status in _entries(root, folder):
            _sort(look, files, name, status)
    look.present = set(files)
    new = [
        file
        for name, status in files.items()
        # A caption goes with its file, and not before it.
        if not is_told(file := FileId.of_status(name, status))
        and captioned(name) not in look.present
    ]
    look.unseen = max(0, len(new) - _MAX_CLOSER)
    for file in heapq.nsmallest(_MAX_CLOSER, new, key=attrgetter("mtime_ns", "name")):
        writers = _writers(root, file, look, is_shared)
        age_s = now_s - file.mtime_ns / 1e9
        look.sightings[file.name] = Sighting(file, writers, age_s)
    return look


def _entries(root: Path, folder: str) -> _Found:
    try:
        directory = os.open(
            root / folder,
            os.O_RDONLY
            | os.O_DIRECTORY
            | os.O_CLOEXEC
            | (os.O_NOFOLLOW if folder else 0),
        )
    except OSError:
        if folder:  # gone, or another one, since
            return
        raise
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                if not is_temporary(entry.name):
                    yield from _status(entry, f"{folder}/" if folder else "")
    finally:
        os.close(directory)


def _status(entry: "os.DirEntry[str]", prefix: str) -> _Found:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:  # gone since
        return
    yield prefix + entry.name, status


def _sort(
    look: Look, files: dict[str, os.stat_result], name: str, status: os.stat_result
) -> None:
    if stat.S_ISREG(status.st_mode):
        files[name] = status
    else:
        look.odd.add((name, status.st_ino))


def _writers(root: Path, file: FileId, look: Look, is_shared: bool) -> Writers:
    """Return who writes to the file, or to the caption that goes with it."""
    writers = writers_of(root / file.name)
    caption = file.name + CAPTION_ENDING
    if writers is Writers.NONE and caption in look.present:
        writers = writers_of(root / caption)
    unsure = is_shared and writers is Writers.NONE
    return Writers.UNKNOWN if unsure else writers
