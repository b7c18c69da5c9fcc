"""Copies for a user."""

import os
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from coderbot.redact import Secret
from coderbot.worker.media import copying
from coderbot.worker.media.copying import Copier, CopyRefused

_SECRET = Secret("7000001:abcdefghij")


def _copied(source: Path, max_bytes: int = 10_000) -> bytes:
    target = BytesIO()
    Copier(max_bytes, [_SECRET]).copy(source, target)
    return target.getvalue()


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    assert _copied(tmp_path / "a") == b"content"


def test_a_file_that_is_too_large_names_both_sizes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(2_500))
    with pytest.raises(CopyRefused, match=r"a is too large: 2\.5 kB .* at most 1\.0"):
        _copied(tmp_path / "a", 1_000)


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CopyRefused, match="no regular file"):
        _copied(tmp_path / "pipe")


@pytest.mark.parametrize("offset", [0, 5, 90, 99])
def test_a_secret_is_not_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offset: int
) -> None:
    monkeypatch.setattr(copying, "_CHUNK_BYTES", 100)
    content = bytes(offset) + _SECRET.reveal().encode() + bytes(50)
    (tmp_path / ".env").write_bytes(content)
    for source in (tmp_path / ".env", tmp_path):
        with pytest.raises(CopyRefused, match="holds a secret"):
            _copied(source)


def test_a_directory_is_packed_without_links(tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / "sub").mkdir(parents=True)
    (root / "a.txt").write_bytes(b"a" * 1_000)
    (root / "sub" / "b.txt").write_bytes(b"b")
    (tmp_path / "outside").write_bytes(b"outside")
    (root / "link").symlink_to(tmp_path / "outside")
    (root / "loop").symlink_to(root)
    os.mkfifo(root / "pipe")
    with zipfile.ZipFile(BytesIO(_copied(root))) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name) for name in archive.namelist()}
    assert found == {"project/a.txt": b"a" * 1_000, "project/sub/b.txt": b"b"}


def test_a_directory_has_its_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        (tmp_path / f"{number}").write_bytes(os.urandom(400))
    with pytest.raises(CopyRefused, match="too large"):
        _copied(tmp_path, 1_000)
    monkeypatch.setattr(copying, "_MAX_FILES", 3)
    with pytest.raises(CopyRefused, match="more than 3 files"):
        _copied(tmp_path)
