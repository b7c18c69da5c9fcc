"""What the sender asks of whoever uploads, and how that can fail."""

from pathlib import Path
from typing import Protocol

from coderbot.errors import CoderBotError
from coderbot.worker.media.kinds import MediaKind


class Uploader(Protocol):
    """Uploads one file to one chat; returns when the chat has it."""

    async def upload(
        self, chat_id: int, kind: MediaKind, path: Path, caption: str
    ) -> None:
        """Send the file at `path` to `chat_id`.

        Raises:
            UploadRefused: This chat can never have this file.
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
