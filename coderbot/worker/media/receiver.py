"""Saves files from users: whole or not at all, and never over another one."""

import asyncio
import contextlib
import os
import secrets
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path

from coderbot.paths import safe_name
from coderbot.worker.media.names import numbered


async def save(
    directory: Path, suggested: str, fetch: Callable[[Path], Awaitable[None]]
) -> Path:
    """Save one file in `directory` under the next free name.

    Args:
        directory: Where it goes; made when missing.
        suggested: Name from outside; only a safe part of it is used.
        fetch: Writes the content to the path it is given.

    Returns:
        Where the file is.

    Raises:
        Exception: Whatever `fetch` raises, and OSError when the disk does not
            take the file; nothing is left behind then.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = directory / f".{secrets.token_hex(8)}.part"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    os.close(os.open(temporary, flags, 0o600))
    try:
        await fetch(temporary)
        return await asyncio.to_thread(_publish, temporary, safe_name(suggested))
    finally:
        temporary.unlink(missing_ok=True)


def _publish(temporary: Path, name: str) -> Path:
    """Bring the content to the disk, then give it its name."""
    descriptor = os.open(temporary, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{temporary.name} is no regular file")
        os.fchmod(descriptor, 0o600)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    target = _name(temporary, name)
    _sync_directory(target.parent)
    return target


def _name(temporary: Path, name: str) -> Path:
    """Link the file under the first free name: linking never overwrites."""
    for candidate in numbered(name):
        target = temporary.with_name(candidate)
        try:
            os.link(temporary, target)
        except FileExistsError:
            continue
        except OSError:  # a file system without hard links
            return _rename(temporary, target)
        temporary.unlink()
        return target
    raise AssertionError("numbers do not end")


def _rename(temporary: Path, target: Path) -> Path:
    """Hold a free name with an empty file and rename over that."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    for candidate in numbered(target.name):
        held = target.with_name(candidate)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(held, flags, 0o600))
            return temporary.rename(held)
    raise AssertionError("numbers do not end")


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
