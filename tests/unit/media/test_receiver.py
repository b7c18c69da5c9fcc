"""Saving what users send."""

import asyncio
import os
import stat
from pathlib import Path
from typing import BinaryIO

import pytest

from coderbot.worker.media.receiver import save
from tests.fakes.disk import small_disk


async def _fetch(content: BinaryIO) -> None:
    content.write(b"content")


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
    path = (await save(directory, suggested, _fetch)).path
    assert path == directory / name
    assert path.read_bytes() == b"content"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in directory.iterdir()] == [name]


async def test_long_names_keep_their_extension(tmp_path: Path) -> None:
    path = (await save(tmp_path, "é" * 300 + ".tar", _fetch)).path
    assert path.suffix == ".tar"
    assert len(os.fsencode(path.name)) <= 255


async def test_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "a.png").symlink_to(tmp_path / "outside")
    saved = await asyncio.gather(*(save(tmp_path, "a.png", _fetch) for _ in range(20)))
    assert {each.path.name for each in saved} == {f"a-{n}.png" for n in range(1, 21)}
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("error", [OSError("disk full"), asyncio.CancelledError()])
async def test_nothing_is_left_of_a_failure(
    tmp_path: Path, error: BaseException
) -> None:
    async def fail(content: BinaryIO) -> None:
        content.write(b"half")
        raise error

    with pytest.raises(type(error)):
        await save(tmp_path, "a.png", fail)
    assert list(tmp_path.iterdir()) == []


async def test_what_became_a_link_is_not_saved(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")

    async def swap(content: BinaryIO) -> None:
        (path,) = (tmp_path / "received").iterdir()
        path.unlink()
        path.symlink_to(secret)
        content.write(b"content")

    with pytest.raises(OSError, match="another file in its place"):
        await save(tmp_path / "received", "a.png", swap)
    assert list((tmp_path / "received").iterdir()) == []
    assert secret.read_bytes() == b"secret"


async def test_the_caption_is_kept_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.png.caption.txt").write_text("of another one")
    saved = await save(tmp_path, "a.png", _fetch, "What it is")
    assert saved.caption == tmp_path / "a.png-1.caption.txt"
    assert saved.caption.read_text() == "What it is"
    assert stat.S_IMODE(saved.caption.stat().st_mode) == 0o600


async def test_a_full_disk_keeps_nothing(tmp_path: Path) -> None:
    async def too_much(content: BinaryIO) -> None:
        for _ in range(40):
            content.write(bytes(100_000))

    with small_disk(tmp_path, "1M"):
        with pytest.raises(OSError, match="No space left"):
            await save(tmp_path, "film.mkv", too_much)
        assert list(tmp_path.iterdir()) == []
        await save(tmp_path, "a.png", _fetch)


async def test_nothing_is_left_where_neither_link_nor_rename_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(PermissionError):
        await save(tmp_path, "a.png", _fetch)
    assert list(tmp_path.iterdir()) == []


async def test_without_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    paths = [(await save(tmp_path, "a.png", _fetch)).path for _ in range(3)]
    assert [p.name for p in paths] == ["a.png", "a-1.png", "a-2.png"]
    assert all(p.read_bytes() == b"content" for p in paths)
