"""The file that a message brings (pure)."""

import mimetypes
from dataclasses import dataclass

from telegram import (
    Animation,
    Audio,
    Document,
    Message,
    PhotoSize,
    Sticker,
    Video,
    VideoNote,
    Voice,
)

_AnyFile = (
    Animation | Audio | Document | PhotoSize | Sticker | Video | VideoNote | Voice
)
_EXTENSIONS = {"audio/ogg": ".ogg", "image/webp": ".webp"}
"""What the standard library does not know, or knows under a rarer name."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file in a message."""

    file_id: str
    name: str
    """What to call it; hostile."""
    size_bytes: int | None
    caption: str = ""
    album: str = ""
    """Id that the files of one album share; empty for a single file."""
    message: int = 0
    """Number of the message: the order within an album."""


def incoming_of(message: Message) -> Incoming | None:
    """Return the file that a message brings, if any."""
    found = _file_of(message)
    if found is None:
        return None
    file, kind, mime = found
    name = getattr(file, "file_name", None) or kind + _extension(mime)
    return Incoming(
        file.file_id,
        name,
        file.file_size,
        message.caption or "",
        message.media_group_id or "",
        message.message_id,
    )


def _file_of(message: Message) -> tuple[_AnyFile, str, str | None] | None:
    """Return the file, what to call it if it has no name, and its type."""
    # An animation is also given as a document, so it is looked for first.
    named = message.animation or message.document or message.video or message.audio
    if named is not None:
        return named, type(named).__name__.lower(), named.mime_type
    if message.photo:
        largest = max(message.photo, key=lambda each: each.width * each.height)
        return largest, "photo", "image/jpeg"
    if message.voice:
        return message.voice, "voice", message.voice.mime_type
    if message.video_note:
        return message.video_note, "video_note", "video/mp4"
    if message.sticker:
        return message.sticker, "sticker", _type_of(message.sticker)
    return None


def _type_of(sticker: Sticker) -> str:
    if sticker.is_video:
        return "video/webm"
    return "application/gzip" if sticker.is_animated else "image/webp"


def _extension(mime: str | None) -> str:
    mime = mime or ""
    return _EXTENSIONS.get(mime) or mimetypes.guess_extension(mime) or ""
