"""What a terminal does besides showing things: it rings, tells and answers."""

from dataclasses import dataclass
from enum import IntEnum

_MAX_REPLY_BYTES = 64 * 1024
"""Answers kept for a program that asks without end and never reads."""


_MAX_NOTICE = 500
"""Characters of a notification that are kept."""


class ProgressState(IntEnum):
    """What a program says of its progress, in the numbers of OSC 9;4."""

    NONE = 0
    RUNNING = 1
    FAILED = 2
    UNKNOWN = 3
    """It works on, and cannot tell how far it is."""
    PAUSED = 4


@dataclass(slots=True)
class Signals:
    """What a program has done to be noticed; the numbers only grow."""

    bells: int = 0
    """How often it has rung."""
    notices: int = 0
    """How many desktop notifications it has sent (OSC 9, OSC 777)."""
    last_notice: str = ""
    """Title and text of the last one; hostile."""
    progress: ProgressState = ProgressState.NONE


class Effects:
    """Collects bells and answers until somebody takes them."""

    def __init__(self) -> None:
        self.signals = Signals()
        self.is_light = False
        """What a program is told that asks whether the colours are light or dark."""
        self._replies: list[bytes] = []
        self._size = 0

    def ring(self) -> None:
        """Count a bell."""
        self.signals.bells += 1

    def notify(self, title: str, body: str) -> None:
        """Note a notification."""
        words = ": ".join(part for part in (title.strip(), body.strip()) if part)
        self.signals.notices += 1
        self.signals.last_notice = "".join(
            character if character.isprintable() else " " for character in words
        )[:_MAX_NOTICE]

    def report(self, state: int) -> None:
        """Note what the program says of its progress; an unknown number: nothing."""
        known = state in ProgressState.__members__.values()
        self.signals.progress = ProgressState(state) if known else ProgressState.NONE

    def reply(self, data: bytes) -> None:
        """Keep an answer for the program, unless it has too many already."""
        if self._size + len(data) <= _MAX_REPLY_BYTES:
            self._size += len(data)
            self._replies.append(data)

    def take_replies(self) -> bytes:
        """Return the answers, once."""
        taken = b"".join(self._replies)
        self._replies.clear()
        self._size = 0
        return taken
