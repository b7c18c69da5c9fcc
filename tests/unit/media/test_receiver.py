"""Saving what users send."""

import asyncio
import os
import stat
from pathlib import Path

import pytest

from coderbot.worker.media.receiver import save


async def _fetch(path: Path) -> None:
    path.write_bytes(b"content")


@pytest.mark.parametrize(
    ("suggested", "name"),
    [
        ("photo.jpg", "photo.jpg"),
        ("../../x", "x"),
        ("..\\..\\x.txt", "x.txt"),
        ("/etc/passwd", "passwd"),
        ("a\0b.txt", "ab.txt"),
        ("CON", "CON"),
        ("😀.png", "😀.png"),
        ("x\u202egpj.exe", "xgpj.exe"),
        (".bashrc", "bashrc"),
        ("..", "file"),
        ("", "file"),
        ("-rf", "rf"),
        ("two\nlines", "twolines"),
    ],
)
async def test_names(tmp_path: Path, suggested: str, name: str) -> None:
    directory = tmp_path / "received"
    path = await save(directory, suggested, _fetch)
    assert path == directory / name
    assert path.read_bytes() == b"content"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in directory.iterdir()] == [name]


async def test_long_names_keep_their_extension(tmp_path: Path) -> None:
    path = await save(tmp_path, "é" * 300 + ".tar", _fetch)
    assert path.suffix == ".tar"
    assert len(os.fsencode(path.name)) <= 255


async def test_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "a.png").symlink_to(tmp_path / "outside")
    paths = await asyncio.gather(*(save(tmp_path, "a.png", _fetch) for _ in range(20)))
    assert {p.name for p in paths} == {f"a-{n}.png" for n in range(1, 21)}
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("error", [OSError("disk full"), asyncio.CancelledError()])
async def test_nothing_is_left_of_a_failure(
    tmp_path: Path, error: BaseException
) -> None:
    async def fail(path: Path) -> None:
        path.write_bytes(b"half")
        raise error

    with pytest.raises(type(error)):
        await save(tmp_path, "a.png", fail)
    assert list(tmp_path.iterdir()) == []


async def test_what_became_a_link_is_not_saved(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")

    async def swap(path: Path) -> None:
        path.unlink()
        path.symlink_to(secret)

    with pytest.raises(OSError, match="symbolic links"):
        await save(tmp_path / "received", "a.png", swap)
    assert list((tmp_path / "received").iterdir()) == []


async def test_without_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    paths = [await save(tmp_path, "a.png", _fetch) for _ in range(3)]
    assert [p.name for p in paths] == ["a.png", "a-1.png", "a-2.png"]
    assert all(p.read_bytes() == b"content" for p in paths)
