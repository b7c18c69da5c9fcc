"""Whether somebody has a file open for writing."""

import contextlib
import errno
import fcntl
import os
import signal
import stat
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

_PROC = Path("/proc")
_MAX_DESCRIPTORS = 50_000
"""Descriptors looked at in one search; beyond that the answer is UNKNOWN."""


class Writers(Enum):
    """What is known of the processes that write to a file."""

    NONE = "none"
    SOME = "some"
    UNKNOWN = "unknown"
    """This system does not tell."""


def writers_of(path: Path) -> Writers:
    """Return whether a process has the regular file at `path` open for writing.

    Linux knows exactly, and tells whoever asks for a read lease: it is refused
    while anybody, seen or unseen, has the file open for writing or mapped so
    (1.4 us). Where a file system has no leases, the descriptors of the
    processes that may be looked into are searched (some ms).
    """
    if not sys.platform.startswith("linux"):
        return Writers.UNKNOWN
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags)
    except OSError:
        return _search(path)
    try:
        answer = _ask_lease(descriptor)
    finally:
        os.close(descriptor)  # and so the lease ends
    return _search(path) if answer is Writers.UNKNOWN else answer


def _ask_lease(descriptor: int) -> Writers:
    """Take a read lease for a moment.

    A writer that opens the file in this moment waits until it is given back,
    and the kernel signals its holder: by SIGURG, which is ignored by default,
    instead of SIGIO, which would end this process.
    """
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return Writers.SOME if error.errno == errno.EAGAIN else Writers.UNKNOWN
    return Writers.NONE


def _search(path: Path) -> Writers:
    """Look for `path` among the open descriptors of all processes."""
    try:
        wanted = path.lstat()
    except OSError:
        return Writers.UNKNOWN
    for count, found in enumerate(_open_for_writing()):
        if (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino):
            return Writers.SOME
        if count >= _MAX_DESCRIPTORS:
            return Writers.UNKNOWN
    # Descriptors of other users' processes cannot be seen, save by root.
    own = os.geteuid() in (0, wanted.st_uid)
    return Writers.NONE if own and _PROC.exists() else Writers.UNKNOWN


def _open_for_writing() -> Iterator[os.stat_result]:
    """Yield the status of every file that a process has open for writing."""
    for process in _listed(_PROC):
        if not process.name.isdigit():
            continue
        for entry in _listed(_PROC / process.name / "fd"):
            with contextlib.suppress(OSError):
                # The mode of the link itself tells how the file was opened.
                if entry.stat(follow_symlinks=False).st_mode & stat.S_IWUSR:
                    yield os.stat(entry.path)  # noqa: PTH116 - hot path


def _listed(directory: Path) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(directory) as entries:
            return list(entries)
    except OSError:
        return []
