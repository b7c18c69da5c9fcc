"""Messages of PM2: JSON values, one a line (pure)."""

from dataclasses import dataclass
from typing import Any

import msgspec

MAX_MESSAGE_BYTES = 1 << 16
"""Longest message of PM2 that is looked at."""
MAX_ARGUMENT = 100
"""Characters of an action's argument that are looked at."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Somebody has typed `pm2 trigger coderbot ACTION ARGUMENT`."""

    action: str
    argument: str


@dataclass(frozen=True, slots=True)
class Shutdown:
    """PM2 asks to end (`shutdown_with_message`)."""


def message(value: Any) -> bytes:
    """Return a JSON value as a line."""
    return msgspec.json.encode(value) + b"\n"


def read_message(line: bytes) -> Trigger | Shutdown | None:
    """Return what PM2 has sent; None for what is not understood."""
    try:
        value = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if value == "shutdown":
        return Shutdown()
    if isinstance(value, str):
        # Without an argument PM2 sends the name of the action alone.
        return Trigger(value, "")
    if not isinstance(value, dict) or not isinstance(value.get("msg"), str):
        return None
    argument = value.get("opts") or ""
    if not isinstance(argument, str):
        return None
    return Trigger(value["msg"], argument.strip()[:MAX_ARGUMENT])


class Lines:
    """Cuts chunks into lines; of one that is too long nothing is held."""

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False

    def feed(self, data: bytes) -> list[bytes]:
        """Return the lines that `data` completes."""
        *whole, rest = (self._rest + data).split(b"\n")
        if self._skipping and whole:
            whole.pop(0)
            self._skipping = False
        self._rest = b"" if self._skipping else rest
        if len(self._rest) > MAX_MESSAGE_BYTES:
            self._rest, self._skipping = b"", True
        return [line for line in whole if len(line) <= MAX_MESSAGE_BYTES]
