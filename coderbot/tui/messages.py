"""What the bridge tells the dashboard: past facts.

They go to the main screen and rise from there to the app.
"""

from dataclasses import dataclass

from textual.message import Message

from coderbot.supervisor.events import BotSnapshot


@dataclass
class FleetConnected(Message):
    """Events are being heard from now on; what was read before may be stale."""


@dataclass
class BotUpdated(Message):
    """Something about a bot changed."""

    snapshot: BotSnapshot


@dataclass
class LinesArrived(Message):
    """The logbook holds new lines, up to and with number `last_seq`."""

    last_seq: int

    def can_replace(self, message: Message) -> bool:
        """Return True for an older one: the newest covers it."""
        return isinstance(message, LinesArrived)


@dataclass
class FleetBecameReady(Message):
    """Every worker that was to start is READY."""

    count: int


@dataclass
class FleetBeganStopping(Message):
    """The fleet is being stopped, by whomever."""

    deadline_s: float
    """Seconds after which everything is over."""


@dataclass
class FleetEnded(Message):
    """No worker runs any more."""
