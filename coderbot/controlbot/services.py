"""What the parts of the control bot share: built once, handed to the handlers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from coderbot.botprocess.link import Link
from coderbot.botprocess.tasks import Tasks
from coderbot.clock import Clock
from coderbot.config.settings import Settings
from coderbot.controlbot.boards import Boards
from coderbot.controlbot.deck import Deck
from coderbot.controlbot.fleet import Fleet
from coderbot.controlbot.herald import Herald
from coderbot.controlbot.sender import Sender
from coderbot.controlbot.waiting import Waiting


@dataclass(frozen=True, slots=True)
class Services:
    """The container of the control bot."""

    settings: Settings
    admins: Sequence[int]
    env_file: Path | None
    """The `.env` whose tokens it may change; None when they come from elsewhere."""
    clock: Clock
    started: float
    """When this process started, on the monotonic clock, in seconds."""
    started_at: datetime
    """The same by the wall clock."""
    tasks: Tasks
    link: Link
    sender: Sender
    fleet: Fleet
    herald: Herald
    boards: Boards
    deck: Deck
    waiting: Waiting
