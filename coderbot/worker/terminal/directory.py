"""The working directory of a program in a terminal."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

_HERE = frozenset({"", "localhost"})
"""Names of this host that every program may use."""


def working_directory(address: str, *pids: int) -> Path | None:
    """Return where a program is at work; None when it cannot be told.

    Args:
        address: What it tells by OSC 7; empty when it does not.
        pids: Processes that are asked for otherwise, best first.
    """
    found = directory_of(address, os.uname().nodename)
    return found or next(filter(None, map(process_directory, pids)), None)


def directory_of(address: str, hostname: str) -> Path | None:
    """Return the directory that a program names by OSC 7, if it is one of this host.

    A shell on the far side of ssh names a directory of its own host.

    Args:
        address: `file://HOST/PATH`, percent-encoded; anything else is no directory.
        hostname: Of this host.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    here = parts.netloc in _HERE or parts.netloc == hostname
    path = unquote(parts.path)
    if parts.scheme != "file" or not here or "\0" in path:
        return None
    directory = Path(path)
    return directory if directory.is_absolute() and directory.is_dir() else None


def process_directory(pid: int) -> Path | None:
    """Return the working directory of a process; None when it cannot be told."""
    if pid <= 0:
        return None
    # An idle worker does without it.
    import psutil

    try:
        return Path(psutil.Process(pid).cwd())
    except (psutil.Error, OSError):
        return None


def starting_directory(wanted: Path | None, home: str | None) -> Path:
    """Return where a program starts: the first of these that can be entered."""
    for each in (wanted, Path(home) if home else None):
        if each is not None and each.is_dir() and os.access(each, os.X_OK):
            return each
    return Path("/")
