"""One look at the top level of a directory."""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.settling import Sighting
from coderbot.worker.media.writers import writers_of

_TEMPORARY = ("~", ".part", ".tmp", ".crdownload", ".swp")
"""Endings of names that programs give to files they have not finished."""


@dataclass(slots=True)
class Look:
    """What a directory held."""

    present: set[str] = field(default_factory=set)
    """Names of all that can be sent, now or once it is finished."""
    sightings: dict[str, Sighting] = field(default_factory=dict)
    """What was looked at more closely, by name."""
    odd: set[tuple[str, int]] = field(default_factory=set)
    """Name and inode of what is never sent: links, pipes, sockets, directories."""


def is_temporary(name: str) -> bool:
    """Return whether a file of this name waits for its rename."""
    return name.startswith(".") or name.lower().endswith(_TEMPORARY)


def look_at(
    root: Path, reserved: frozenset[str], is_told: Callable[[FileId], bool]
) -> Look:
    """Look at all that lies directly in `root`; nothing is followed.

    Args:
        root: The directory.
        reserved: Names that are left alone.
        is_told: Whether this version was dealt with and needs no closer look.

    Raises:
        OSError: When the directory cannot be read.
    """
    look = Look()
    with os.scandir(root) as entries:
        for entry in entries:
            if entry.name not in reserved and not is_temporary(entry.name):
                _add(look, entry, is_told)
    return look


def _add(
    look: Look, entry: "os.DirEntry[str]", is_told: Callable[[FileId], bool]
) -> None:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:  # gone since
        return
    if not stat.S_ISREG(status.st_mode):
        look.odd.add((entry.name, status.st_ino))
        return
    look.present.add(entry.name)
    file = FileId.of_status(entry.name, status)
    if not is_told(file):
        look.sightings[entry.name] = Sighting(file, writers_of(Path(entry.path)))
