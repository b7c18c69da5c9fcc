"""One file of a request, while nobody has taken it yet."""

import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from coderbot.sandbox.images import Picture, read_picture

_MAX_PICTURE_BYTES = 12 << 20
"""A picture beyond this is no photo anyway, so it is not read."""

_MIME = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}")
_ANY = "application/octet-stream"


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
    """As told; may be hostile. Empty when nothing was told."""
    kept: bool = False
    """Whether it became part of a message; if not it is removed."""

    def picture(self) -> Picture | None:
        """Return kind and size of the picture; None when it is no picture."""
        if self.size > _MAX_PICTURE_BYTES:
            return None
        return read_picture(self.path.read_bytes())

    @property
    def safe_mime(self) -> str:
        """Type as told or guessed from the name; it can stand in a header."""
        guessed = mimetypes.guess_type(self.name)[0] or _ANY
        mime = (self.mime or guessed).strip().lower()
        return mime if _MIME.fullmatch(mime) else _ANY

    def discard(self) -> None:
        """Remove the file unless it was kept."""
        if not self.kept:
            self.path.unlink(missing_ok=True)
