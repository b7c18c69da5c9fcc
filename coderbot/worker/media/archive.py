"""Moves finished files out of the way, never over another one."""

import contextlib
import itertools
import logging
import os
import secrets
from pathlib import Path

from coderbot.worker.media.claiming import claim, rename_free
from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.names import numbered, numbered_before, shown

_log = logging.getLogger(__name__)

REASON_ENDING = ".reason.txt"
"""What follows the name of a failed file in the name of its reason."""


class FileChangedError(OSError):
    """Raised when the file is no longer the one that was to be moved."""


def archive(root: Path, file: FileId, directory: Path, reason: str = "") -> Path:
    """Move `file` from `root` into `directory`, under the next free name.

    A crash at any point leaves it under one of its names or both; the same call
    then goes on from there.

    Args:
        root: Where the file lies.
        file: What is expected there.
        directory: Where it goes, on the same file system; made when missing.
        reason: What to write into a file beside it; nothing when empty.

    Returns:
        Where the file is now.

    Raises:
        FileChangedError: Another version stands there; it was left alone.
        OSError: It could not be moved; it stays where it is.
    """
    source = root / file.name
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if FileId.of(root, file.name) != file:
        raise FileChangedError(f"{file.name} was changed")
    try:
        target = _link(source, directory, file)
    except FileChangedError:
        raise
    except OSError:  # no hard links here, or not of files of other users
        target = _rename(source, directory, file)
        write_reason(target, reason)
        return target
    write_reason(target, reason)
    _remove(source, file)
    return target


def write_reason(target: Path, reason: str) -> None:
    """Write why the file at `target` failed into a file beside it, once.

    A disk that takes no reason is no reason to leave the file where it is.
    """
    if not reason:
        return
    content = (reason + "\n").encode("utf-8", "replace")
    names = numbered_before(target.name, REASON_ENDING)
    first = target.with_name(next(names))
    try:
        if first.is_file() and first.read_bytes() == content:
            return  # a crash came between it and the end of the move
        claim(target.parent, itertools.chain([first.name], names)).write_bytes(content)
    except OSError as error:
        _log.warning("Cannot write why %s failed: %s", shown(target.name), error)


def _link(source: Path, directory: Path, file: FileId) -> Path:
    """Give the file a second name: that never overwrites, and a crash is no harm."""
    for candidate in numbered(file.base):
        target = directory / candidate
        try:
            os.link(source, target, follow_symlinks=False)
        except FileExistsError:
            if target.lstat().st_ino == file.inode:
                return target  # a crash came between the two names
            continue
        if target.lstat().st_ino != file.inode:
            target.unlink()
            raise FileChangedError(f"{file.name} was replaced")
        return target
    raise AssertionError("numbers do not end")


def _remove(source: Path, file: FileId) -> None:
    """Take the first name away, unless another file has taken it over."""
    held = source.with_name(f".{secrets.token_hex(8)}.moved")
    source.rename(held)
    if held.lstat().st_ino != file.inode:
        # Fails when yet another one is there already, which then replaces it.
        with contextlib.suppress(FileExistsError):
            os.link(held, source, follow_symlinks=False)
    held.unlink()


def _rename(source: Path, directory: Path, file: FileId) -> Path:
    target = rename_free(source, directory, numbered(file.base))
    if target.lstat().st_ino != file.inode:
        _give_back(target, source)
        raise FileChangedError(f"{file.name} was replaced")
    return target


def _give_back(target: Path, source: Path) -> None:
    """Put back what was swapped in, unless there is something newer still."""
    try:
        source.lstat()
    except FileNotFoundError:
        target.rename(source)
