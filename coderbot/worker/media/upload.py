"""What the sender asks of whoever uploads, and how that can fail."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from coderbot.errors import CoderBotError
from coderbot.worker.media.kinds import MediaKind


@dataclass(frozen=True, slots=True)
class Parcel:
    """One file as it is to appear in a chat."""

    kind: MediaKind
    root: Path
    name: str
    """Where it lies in `root`; no link on the way there is followed."""
    caption: str


class Uploader(Protocol):
    """Uploads files to one chat; returns when the chat has them."""

    def pause_s(self, chat_id: int) -> float:
        """Return for how long this chat takes no file, in seconds; 0: it does now."""

    async def upload(self, chat_id: int, parcels: Sequence[Parcel]) -> None:
        """Send one file, or several that may share an album: all of it or nothing.

        Raises:
            UploadRefused: This chat can never have this file, or this album.
            UploadDelayed: Not now; the server says when.
            UploadFailed: It did not work this time.
        """


class UploadRefused(CoderBotError):  # noqa: N818 - an answer, not a fault
    """Raised when this chat can never have this file.

    Args:
        reason: Why, in words for a person.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UploadDelayed(CoderBotError):  # noqa: N818 - an answer, not a fault
    """Raised when the server asks to wait.

    Args:
        retry_after_s: How long, in seconds.
    """

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"Telegram asks to wait {retry_after_s:g} s")
        self.retry_after_s = retry_after_s


class UploadFailed(CoderBotError):  # noqa: N818 - an answer, not a fault
    """Raised when an upload did not work, and may work the next time."""
