"""One file of a request, while nobody has taken it yet."""

import mimetypes
from dataclasses import dataclass
from pathlib import Path

from coderbot.sandbox.images import Picture, read_picture

_MAX_PICTURE_BYTES = 12 << 20
"""A picture beyond this is no photo anyway, so it is not read."""


@dataclass(slots=True)
class Upload:
    """A file on disk, with what its sender said of it."""

    name: str
    """Hostile."""
    path: Path
    size: int
    """In bytes."""
    digest: str
    """SHA-256 of the content, in hex."""
    mime: str = ""
    kept: bool = False
    """Whether it became part of a message; if not it is removed."""

    def __post_init__(self) -> None:
        guessed = mimetypes.guess_type(self.name)[0]
        self.mime = self.mime or guessed or "application/octet-stream"

    def picture(self) -> Picture | None:
        """Return kind and size of the picture; None when it is no picture."""
        if self.size > _MAX_PICTURE_BYTES:
            return None
        return read_picture(self.path.read_bytes())

    def discard(self) -> None:
        """Remove the file unless it was kept."""
        if not self.kept:
            self.path.unlink(missing_ok=True)
