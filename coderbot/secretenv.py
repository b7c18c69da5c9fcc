"""Environment variables that hold secrets: read once, then wiped."""

import ctypes
import os
import sys

from coderbot.redact import Secret


def take_secret(name: str) -> Secret | None:
    """Remove variable `name` from this process and return its value.

    `os.environ` forgets a variable, but the bytes stay in the block that
    `/proc/PID/environ` shows to every process of the same user (a shell started
    later is one). So the value is overwritten in place first.

    Returns:
        The value, or None when the variable is not set.
    """
    value = os.environ.get(name)
    if value is None:
        return None
    secret = Secret(value)
    _wipe(name)
    os.environ.pop(name, None)
    return secret


def _wipe(name: str) -> None:
    """Overwrite the value of `name` where libc keeps it."""
    if not sys.platform.startswith(("linux", "darwin")):
        return
    libc = ctypes.CDLL(None)
    libc.getenv.restype = ctypes.c_void_p
    libc.getenv.argtypes = [ctypes.c_char_p]
    address = libc.getenv(os.fsencode(name))
    if address:
        ctypes.memset(address, ord("x"), len(ctypes.string_at(address)))
