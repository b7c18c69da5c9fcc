"""What a crash has left in a bot's directories."""

import contextlib
import re
import stat
from pathlib import Path

from coderbot.paths import MediaDirs, user_of

_HELD = re.compile(r"\.([0-9a-f]{16})\.moved")
_HALF = re.compile(r"\.[0-9a-f]{16}\.part")


def tidy(dirs: MediaDirs) -> None:
    """Remove what is left of downloads, copies and moves that a crash has cut off.

    A file in the middle of a move that has no other name gets one by which it is
    seen again: it is none of ours, and may be the only one.

    Raises:
        OSError: When a directory cannot be read.
    """
    places = [dirs.root, dirs.received, dirs.failed]
    for parent in (dirs.root, dirs.failed):
        places += [path for path in parent.iterdir() if user_of(path.name) is not None]
    for directory in places:
        if not directory.is_symlink():
            for path in list(directory.iterdir()):
                _tidy(path)


def _tidy(path: Path) -> None:
    held = _HELD.fullmatch(path.name)
    if held is None and _HALF.fullmatch(path.name) is None:
        return
    with contextlib.suppress(OSError):
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            return
        if held is not None and status.st_nlink == 1:
            path.rename(path.with_name(f"found-{held[1]}"))
        else:
            path.unlink()
