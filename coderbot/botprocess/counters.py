"""What a worker has done since it was started, in numbers (pure)."""

import re
from dataclasses import asdict, dataclass
from http import HTTPStatus

from coderbot import wire

_SENDS = re.compile(r"(?:send(?!ChatAction)|forwardMessage|copyMessage)[A-Za-z]*")
_EDITS = re.compile(r"editMessage[A-Za-z]+")
_DELETES = re.compile(r"deleteMessages?")


@dataclass(slots=True)
class Counters:
    """Counted where it happens; what each means stands with the frame."""

    updates: int = 0
    messages: int = 0
    edits: int = 0
    deletes: int = 0
    flood_waits: int = 0
    outbox_dropped: int = 0
    outbox_wait_seconds: float = 0.0
    media_bytes: int = 0

    def called(self, method: str, status: int) -> None:
        """Count a finished call of the Bot API.

        Args:
            method: Of the Bot API: `sendMessage`.
            status: Of HTTP.
        """
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            self.flood_waits += 1
        if status != HTTPStatus.OK:
            return
        if _SENDS.fullmatch(method):
            self.messages += 1
        elif _EDITS.fullmatch(method):
            self.edits += 1
        elif _DELETES.fullmatch(method):
            self.deletes += 1

    def frame(self) -> wire.Counters:
        """Return the numbers as they stand, for a heartbeat."""
        return wire.Counters(**asdict(self))
