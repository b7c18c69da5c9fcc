"""Saves files from users: whole or not at all, and never over another one."""

import asyncio
import errno
import os
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from coderbot.atomicfile import sync_directory
from coderbot.paths import safe_name
from coderbot.worker.media.captions import CAPTION_ENDING
from coderbot.worker.media.claiming import rename_free
from coderbot.worker.media.names import numbered, numbered_before


@dataclass(frozen=True, slots=True)
class Saved:
    """A file that was saved."""

    path: Path
    caption: Path | None = None
    """Where its caption lies; None when it came without."""


async def save(
    directory: Path,
    suggested: str,
    fetch: Callable[[BinaryIO], Awaitable[None]],
    caption: str = "",
) -> Saved:
    """Save one file in `directory` under the next free name.

    Args:
        directory: Where it goes; made when missing.
        suggested: Name from outside; only a safe part of it is used.
        fetch: Writes the content to the open file it is given.
        caption: Is kept in a file beside it.

    Raises:
        Exception: Whatever `fetch` raises, and OSError when the disk does not
            take the file; nothing is left behind then.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = directory / f".{secrets.token_hex(8)}.part"
    with _created(temporary) as content:
        try:
            await fetch(content)
            name = safe_name(suggested)
            path = await asyncio.to_thread(_publish, content, temporary, name)
        finally:
            temporary.unlink(missing_ok=True)
    if not caption:
        return Saved(path)
    return Saved(path, await asyncio.to_thread(_write_caption, path, caption))


def _created(path: Path) -> BinaryIO:
    """Make a file that was not there, and that nobody else can swap for a link."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def _publish(content: BinaryIO, temporary: Path, name: str) -> Path:
    """Bring the content to the disk, then give it its name."""
    content.flush()
    os.fsync(content.fileno())
    if temporary.lstat().st_ino != os.fstat(content.fileno()).st_ino:
        raise OSError(errno.EBUSY, "somebody has put another file in its place")
    target = _name(temporary, name)
    sync_directory(target.parent)
    return target


def _write_caption(path: Path, caption: str) -> Path | None:
    """Write the caption beside the file; without it the file is still saved."""
    for name in numbered_before(path.name, CAPTION_ENDING):
        try:
            with _created(path.with_name(name)) as out:
                out.write(caption.encode("utf-8", "replace"))
        except FileExistsError:
            continue
        except OSError:
            return None
        return path.with_name(name)
    raise AssertionError("numbers do not end")


def _name(temporary: Path, name: str) -> Path:
    """Link the file under the first free name: linking never overwrites."""
    for candidate in numbered(name):
        target = temporary.with_name(candidate)
        try:
            os.link(temporary, target)
        except FileExistsError:
            continue
        except OSError:  # a file system without hard links
            return rename_free(temporary, temporary.parent, numbered(name))
        temporary.unlink()
        return target
    raise AssertionError("numbers do not end")
