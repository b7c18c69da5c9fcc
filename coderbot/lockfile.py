"""Locks between processes, held by the kernel and so never stale."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coderbot.errors import LockError


@contextmanager
def hold_lock(path: Path, purpose: str) -> Iterator[None]:
    """Hold an exclusive `flock` on `path` for the length of the block.

    The kernel frees the lock when this process ends, however it ends. The file
    holds the pid of the holder, for the message to the one who is refused.

    Args:
        path: Lock file; made when missing (mode 0600).
        purpose: What the lock stands for, in words for the error.

    Raises:
        LockError: When another process holds the lock.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    try:
        _lock(descriptor, path, purpose)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, path: Path, purpose: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "?"
        raise LockError(
            f"{purpose} is in use by process {holder} (lock {path})",
            "Stop that process first, or use another CODERBOT_STATE_DIR.",
        ) from None
