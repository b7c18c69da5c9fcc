"""Whether others may change a file system without this machine being told."""

import re
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_SHARED = re.compile(
    r"nfs\d?|cifs|smb\w*|9p|virtiofs|ceph|glusterfs|lustre|afs|vboxsf|vmhgfs"
    r"|osxfs|fakeowner|fuse(?:\.(?!fuse-overlayfs).+)?"
)
"""Kinds whose files other machines, or the host of this one, can write."""


def is_shared(path: Path) -> bool:
    """Return whether `path` lies where events may be missing and writers unseen.

    Elsewhere than on Linux nothing is known, and a local disk is assumed.
    """
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
        return _SHARED.fullmatch(kind_at(str(path.resolve()), mounts)) is not None
    except OSError:
        return False


def kind_at(path: str, mounts: str) -> str:
    """Return the kind of file system that `path` lies on, empty when unknown.

    Args:
        path: Absolute, without links.
        mounts: Content of `/proc/self/mountinfo`; later lines cover earlier ones.
    """
    longest, kind = -1, ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) < 5 or not after:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), fields[4])
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= longest:
            longest, kind = len(point), after.split(" ")[0]
    return kind
