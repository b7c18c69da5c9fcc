"""What a file is sent as, and whether it can be sent at all (pure)."""

from enum import StrEnum
from typing import BinaryIO

from coderbot.worker.media.mp4 import has_sound
from coderbot.worker.media.pictures import picture_size

CLOUD_MAX_BYTES = 50_000_000
"""Largest upload that Telegram's own Bot API server takes, in bytes."""
LOCAL_MAX_BYTES = 2_000_000_000
"""Largest upload that a Bot API server in local mode takes, in bytes."""

_PHOTO_MAX_BYTES = 10_000_000
_PHOTO_MAX_WIDTH_AND_HEIGHT = 10_000
"""Width plus height, in pixels."""
_PHOTO_MAX_RATIO = 20
"""Longer side divided by the shorter one."""


class MediaKind(StrEnum):
    """How a file is shown in chat; each is a sending method of its own."""

    PHOTO = "photo"
    ANIMATION = "animation"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    DOCUMENT = "document"


_ALBUMS = {
    MediaKind.PHOTO: "seen",
    MediaKind.VIDEO: "seen",
    MediaKind.AUDIO: "heard",
    MediaKind.DOCUMENT: "kept",
}
"""What may stand in one album; the other kinds stand alone."""

_BY_EXTENSION = {
    **dict.fromkeys(("jpg", "jpeg", "png", "bmp"), MediaKind.PHOTO),
    "gif": MediaKind.ANIMATION,
    **dict.fromkeys(("mp4", "mov", "mkv", "webm", "avi", "flv"), MediaKind.VIDEO),
    **dict.fromkeys(("mp3", "m4a", "flac", "aac"), MediaKind.AUDIO),
    **dict.fromkeys(("ogg", "oga", "opus"), MediaKind.VOICE),
}

_NEVER: frozenset[MediaKind] = frozenset()
_MOVING = frozenset({MediaKind.ANIMATION, MediaKind.VIDEO})
_SOUNDING = frozenset({MediaKind.AUDIO, MediaKind.VOICE})

_SIGNATURES: tuple[tuple[int, bytes, frozenset[MediaKind]], ...] = (
    (0, b"GIF8", frozenset({MediaKind.ANIMATION})),
    (4, b"ftyp", _MOVING | _SOUNDING),
    (0, b"\x1a\x45\xdf\xa3", _MOVING | _SOUNDING),  # Matroska, WebM
    (8, b"AVI ", _MOVING),
    (0, b"FLV\x01", _MOVING),
    (0, b"ID3", _SOUNDING),
    (0, b"fLaC", _SOUNDING),
    (0, b"OggS", _SOUNDING | _MOVING),
    (8, b"WAVE", _NEVER),
    (8, b"WEBP", _NEVER),
    (0, b"\x89PNG\r\n\x1a\n", _NEVER),
    (0, b"\xff\xd8\xff", _NEVER),
    (0, b"%PDF-", _NEVER),
    (0, b"PK\x03\x04", _NEVER),
    (0, b"\x1f\x8b\x08", _NEVER),
    (0, b"\x7fELF", _NEVER),
)
"""Offset, magic bytes, and the kinds that such content can be shown as."""


def largest_upload(*, local_mode: bool) -> int:
    """Return the largest upload that the Bot API server takes, in bytes."""
    return LOCAL_MAX_BYTES if local_mode else CLOUD_MAX_BYTES


def refusal(size: int, max_bytes: int) -> str | None:
    """Return why a file of `size` bytes can never be sent, or None if it can.

    Args:
        size: Size of the file, in bytes.
        max_bytes: Largest upload that the Bot API server takes, in bytes.
    """
    if size == 0:
        return "the file is empty (0 bytes); Telegram takes at least 1 byte"
    if size > max_bytes:
        return (
            f"the file has {size:,} bytes; Telegram takes at most {max_bytes:,} bytes"
        )
    return None


def may_share_album(one: MediaKind, other: MediaKind) -> bool:
    """Return whether Telegram takes both in one album."""
    return one in _ALBUMS and _ALBUMS[one] == _ALBUMS.get(other)


def kind_of(name: str, size: int, content: BinaryIO) -> MediaKind:
    """Return what the file is sent as.

    The extension proposes. The content overrules it where Telegram would refuse
    the file or show nothing: then it is a document, which always works.

    Args:
        name: File name.
        size: Size of the file, in bytes.
        content: The file itself, opened for reading; little of it is read.
    """
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    kind = _BY_EXTENSION.get(extension, MediaKind.DOCUMENT)
    if kind is MediaKind.DOCUMENT:
        return kind
    if kind is MediaKind.PHOTO:
        return kind if _fits_as_photo(size, content) else MediaKind.DOCUMENT
    if not _may_be(kind, content):
        return MediaKind.DOCUMENT
    if extension == "mp4" and has_sound(content, size) is False:
        return MediaKind.ANIMATION
    return kind


def _fits_as_photo(size: int, content: BinaryIO) -> bool:
    if size > _PHOTO_MAX_BYTES:
        return False
    sides = picture_size(content)
    if sides is None or min(sides) < 1:
        return False
    return sum(sides) <= _PHOTO_MAX_WIDTH_AND_HEIGHT and max(
        sides
    ) <= _PHOTO_MAX_RATIO * min(sides)


def _may_be(kind: MediaKind, content: BinaryIO) -> bool:
    """Return whether the content can be of `kind`; what is unknown can be."""
    content.seek(0)
    head = content.read(16)
    for offset, magic, kinds in _SIGNATURES:
        if head.startswith(magic, offset):
            return kind in kinds
    return True
