"""What a terminal does besides showing things: it rings, and it answers."""

_MAX_REPLY_BYTES = 64 * 1024
"""Answers kept for a program that asks without end and never reads."""


class Effects:
    """Collects bells and answers until somebody takes them."""

    def __init__(self) -> None:
        self.bells = 0
        """How often the program has rung."""
        self.is_light = False
        """What a program is told that asks whether the colours are light or dark."""
        self._replies: list[bytes] = []
        self._size = 0

    def ring(self) -> None:
        """Count a bell."""
        self.bells += 1

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
