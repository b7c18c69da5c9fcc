"""Which file system a path lies on."""

from pathlib import Path

import pytest

from coderbot.worker.media import filesystems
from coderbot.worker.media.filesystems import is_shared, kind_at

_MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:40 / /mnt/team\\040files rw,relatime - nfs4 server:/x rw
31 22 0:41 / /mnt/team rw - tmpfs tmpfs rw
32 22 0:42 / /work rw shared:7 master:2 - fuse.sshfs me@there rw
33 22 0:43 / /work rw - 9p share rw
34 22 0:44 / /layers rw - fuse.fuse-overlayfs x rw
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "ext4"),
        ("/mnt/team files/bot-0", "nfs4"),
        ("/mnt/team/bot-0", "tmpfs"),
        ("/mnt/teams", "ext4"),
        ("/work", "9p"),  # the later one covers the earlier
        ("/layers/x", "fuse.fuse-overlayfs"),
    ],
)
def test_the_longest_mount_point_counts(path: str, kind: str) -> None:
    assert kind_at(path, _MOUNTS) == kind


@pytest.mark.parametrize(
    ("kind", "shared"),
    [
        ("ext4", False),
        ("overlay", False),
        ("fuse.fuse-overlayfs", False),
        ("fuse.sshfs", True),
        ("fuse", True),
        ("nfs", True),
        ("nfs4", True),
        ("9p", True),
        ("smb3", True),
    ],
)
def test_kinds_that_others_can_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, shared: bool
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"1 1 0:1 / / rw - {kind} x rw\n")
    monkeypatch.setattr(filesystems, "_MOUNTS", mounts)
    assert is_shared(tmp_path) is shared
