"""What a bot has sent, failed to send and received since its worker started."""

from dataclasses import dataclass


@dataclass(slots=True)
class Totals:
    """Counters that only grow."""

    sent: int = 0
    """Files that every recipient has."""
    sent_bytes: int = 0
    """Their sizes together."""
    failed: int = 0
    """Files that somebody can never have."""
    received: int = 0
    """Files of users that were saved."""
    received_bytes: int = 0
    """Their sizes together."""

    def kept_bytes(self) -> int:
        """Return how much was put into `sent/` and `received/`, in bytes."""
        return self.sent_bytes + self.received_bytes
