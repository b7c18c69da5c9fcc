"""Files that were sent, kept in a temporary directory."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from coderbot.sandbox.upload import Upload

_MAX_TOTAL_BYTES = 1 << 30
"""Beyond this the oldest files are removed: a live screen is uploaded for hours."""

_FOLDERS = {
    "photo": "photos",
    "video": "videos",
    "audio": "music",
    "voice": "voice",
    "video_note": "video_notes",
    "animation": "animations",
    "sticker": "stickers",
}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that one bot can reach."""

    bot_id: int
    kind: str
    id: str
    unique_id: str
    """The same for the same content."""
    path: Path
    remote_path: str
    """`file_path` in the Bot API, below `/file/bot<token>/`."""
    size: int
    """In bytes."""
    name: str
    """As the sender called it; hostile."""
    mime: str
    width: int = 0
    height: int = 0
    duration: int = 0
    """In seconds."""
    extra: dict[str, str] = field(default_factory=dict)
    """`title`, `performer` of audio."""


class FileStore:
    """Holds files up to a total size.

    Args:
        root: An empty directory.
        max_total: Bytes kept at most; the newest file stays in any case.
    """

    def __init__(self, root: Path, max_total: int = _MAX_TOTAL_BYTES) -> None:
        self.root = root
        self._max_total = max_total
        self._total = 0
        self._count = 0
        self._files: OrderedDict[str, StoredFile] = OrderedDict()

    def new_path(self) -> Path:
        """Return a path for one upload; nothing is there yet."""
        self._count += 1
        return self.root / f"{self._count}-{secrets.token_hex(4)}"

    def add(
        self,
        bot_id: int,
        kind: str,
        upload: Upload,
        width: int = 0,
        height: int = 0,
        duration: int = 0,
        extra: dict[str, str] | None = None,
    ) -> StoredFile:
        """Keep an upload as a file of `kind` for a bot."""
        self._count += 1
        remote_path = (
            f"{_FOLDERS.get(kind, 'documents')}/file_{self._count}"
            f"{_extension(kind, upload)}"
        )
        # A photo has no name of its own.
        name = remote_path.rpartition("/")[2] if kind == "photo" else upload.name
        stored = StoredFile(
            bot_id=bot_id,
            kind=kind,
            id=f"Sb{secrets.token_urlsafe(36)}",
            unique_id=f"AQ{upload.digest[:14]}",
            path=upload.path,
            remote_path=remote_path,
            size=upload.size,
            name=name,
            mime=upload.safe_mime,
            width=width,
            height=height,
            duration=duration,
            extra=extra or {},
        )
        upload.kept = True
        self._files[stored.id] = stored
        self._total += stored.size
        self._evict()
        return stored

    def get(self, bot_id: int, file_id: str) -> StoredFile | None:
        """Return a file of a bot; None when unknown, evicted or another bot's."""
        found = self._files.get(file_id)
        return found if found is not None and found.bot_id == bot_id else None

    def by_remote_path(self, bot_id: int, remote_path: str) -> StoredFile | None:
        """Return the file of a bot that `file_path` names."""
        for stored in reversed(self._files.values()):
            if stored.bot_id == bot_id and stored.remote_path == remote_path:
                return stored
        return None

    def _evict(self) -> None:
        while self._total > self._max_total and len(self._files) > 1:
            _, oldest = self._files.popitem(last=False)
            self._total -= oldest.size
            oldest.path.unlink(missing_ok=True)


def _extension(kind: str, upload: Upload) -> str:
    """Return a harmless extension for `file_path`, taken from the content or name."""
    if kind == "photo":
        return {"image/png": ".png", "image/jpeg": ".jpg"}.get(upload.mime, ".jpg")
    tail = upload.name.rpartition(".")[2] if "." in upload.name else ""
    return f".{tail}" if tail.isascii() and tail.isalnum() and len(tail) <= 8 else ""
