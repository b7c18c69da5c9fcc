"""What a worker that runs alone answers to the probes of its engine (pure)."""

from dataclasses import dataclass

from coderbot.httpmessage import Page
from coderbot.wire import WorkerStatus

_DEAF_S = 180.0
"""A getUpdates that is so old, without a reason, means deaf; as for a supervisor."""


@dataclass(frozen=True, slots=True)
class Health:
    """How a worker stands."""

    is_ready: bool
    """READY was reached, and no stop was asked for."""
    status: WorkerStatus | None
    """What polling has come to; None before its first answer."""
    poll_age_s: float
    """Seconds since the last finished getUpdates."""

    @property
    def is_deaf(self) -> bool:
        """Whether getUpdates does not end, though nothing is known to be wrong.

        A worker that says what is between it and Telegram is not: starting it anew
        would change nothing.
        """
        return self.status == "polling" and self.poll_age_s >= _DEAF_S


def health_page(path: str, health: Health) -> Page | None:
    """Return the answer to a probe; None for any other path.

    That /healthz is answered at all says that the event loop turns.
    """
    match path:
        case "/healthz" if health.is_deaf:
            return Page(503, f"deaf: no getUpdates for {_DEAF_S:g} s\n".encode())
        case "/healthz":
            return Page(200, b"ok\n")
        case "/readyz" if health.is_ready:
            return Page(200, b"ready\n")
        case "/readyz":
            return Page(503, f"not ready: {health.status or 'starting'}\n".encode())
        case _:
            return None
