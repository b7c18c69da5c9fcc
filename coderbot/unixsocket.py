"""Unix sockets at paths of any length, and who is at the other end."""

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coderbot.errors import CoderBotError

_MAX_PATH_BYTES = 103
"""Longest path that every system accepts (sun_path: 108 on Linux, 104 on macOS)."""
_CREDENTIALS = struct.Struct("iII")


def listen_at(path: Path, backlog: int = 128) -> socket.socket:
    """Listen at `path`, replacing what a dead process has left there.

    The caller holds a lock that says that nobody else listens there.

    Raises:
        CoderBotError: When the path is too long on this system.
        OSError: When it cannot be made.
    """
    path.unlink(missing_ok=True)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        server.setblocking(False)
        with _short(path) as short:
            server.bind(short)
        path.chmod(0o600)
        server.listen(backlog)
    except BaseException:
        server.close()
        raise
    return server


def connect_to(path: Path, timeout_s: float) -> socket.socket:
    """Connect to the socket at `path`.

    Args:
        path: Of the socket.
        timeout_s: For this and for every later wait, in seconds.

    Raises:
        CoderBotError: When the path is too long on this system.
        OSError: When nobody listens there.
    """
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        client.settimeout(timeout_s)
        with _short(path) as short:
            client.connect(short)
    except BaseException:
        client.close()
        raise
    return client


def peer_uid(connection: socket.socket) -> int | None:
    """Return the user at the other end; None where the system does not tell."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    raw = connection.getsockopt(
        socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size
    )
    return int(_CREDENTIALS.unpack(raw)[1])


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """Yield a name of `path` that fits into sun_path."""
    if len(os.fsencode(path)) <= _MAX_PATH_BYTES:
        yield str(path)
        return
    if not Path("/proc/self/fd").is_dir():
        raise CoderBotError(
            f"The path of the control socket is too long for this system: {path}",
            f"Choose a CODERBOT_STATE_DIR of at most {_MAX_PATH_BYTES - 13} bytes.",
        )
    # The kernel follows the link of an open directory, whatever its length.
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)
