"""The working directory of a program in a terminal."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import psutil

_HERE = frozenset({"", "localhost"})
"""Names of this host that every program may use."""


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
    try:
        return Path(psutil.Process(pid).cwd())
    except (psutil.Error, OSError):
        return None
