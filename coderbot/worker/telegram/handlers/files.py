"""Files that users send: saved in received/."""

import asyncio
import logging
import mimetypes
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from telegram import (
    Animation,
    Audio,
    Document,
    Message,
    PhotoSize,
    Video,
    VideoNote,
    Voice,
)
from telegram.error import BadRequest, TelegramError

from coderbot.worker.media.receiver import save
from coderbot.worker.services import Services
from coderbot.worker.telegram import texts

LIMIT_BYTES = 20 << 20
"""Largest file that Telegram's own Bot API server hands to a bot, in bytes."""
_READ_TIMEOUT_S = 120.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file in a message."""

    file_id: str
    name: str
    """What to call it; hostile."""
    size_bytes: int | None


def incoming_of(message: Message) -> Incoming | None:
    """Return the file that a message brings, if any (pure)."""
    # An animation is also given as a document, so it is looked for first.
    named = message.animation or message.document or message.video or message.audio
    if named is not None:
        return _incoming(named, named.file_name, _kind(named), named.mime_type)
    if message.photo:
        largest = max(message.photo, key=lambda each: each.width * each.height)
        return _incoming(largest, None, "photo", "image/jpeg")
    if message.voice:
        return _incoming(message.voice, None, "voice", message.voice.mime_type)
    if message.video_note:
        return _incoming(message.video_note, None, "video_note", "video/mp4")
    return None


async def receive_file(services: Services, chat: int, file: Incoming) -> None:
    """Save a file and say where it lies, or why it could not be saved."""
    local = services.settings.local_mode
    if not local and file.size_bytes is not None and file.size_bytes > LIMIT_BYTES:
        await services.outbox.text(chat, texts.too_large(file.size_bytes, LIMIT_BYTES))
        return
    await services.outbox.text(chat, await _save(services, file))


async def _save(services: Services, file: Incoming) -> str:
    """Fetch and save; returns what to say."""
    fetch = _fetcher(services, file.file_id)
    try:
        path = await save(services.dirs.received, file.name, fetch)
    except BadRequest as error:
        if "too big" in error.message.lower():
            return texts.too_large(file.size_bytes, LIMIT_BYTES)
        return _failed(error.message)
    except TelegramError as error:
        return _failed(error.message)
    except OSError as error:
        return _failed(error.strerror or type(error).__name__)
    _log.info("Saved a file of a user: %s", path)
    return texts.saved(str(path))


def _failed(reason: str) -> str:
    _log.warning("A file of a user was not saved: %s", reason)
    return texts.not_saved(reason)


def _fetcher(services: Services, file_id: str) -> Callable[[Path], Awaitable[None]]:
    async def fetch(target: Path) -> None:
        file = await services.bot.get_file(file_id)
        if services.settings.local_mode and file.file_path:
            # The server shares our disk; the library would copy it in memory.
            await asyncio.to_thread(shutil.copyfile, file.file_path, target)
        else:
            await file.download_to_drive(target, read_timeout=_READ_TIMEOUT_S)

    return fetch


def _incoming(
    file: Animation | Audio | Document | PhotoSize | Video | VideoNote | Voice,
    name: str | None,
    kind: str,
    mime: str | None,
) -> Incoming:
    extension = mimetypes.guess_extension(mime or "") or ""
    return Incoming(file.file_id, name or kind + extension, file.file_size)


def _kind(file: Animation | Audio | Document | Video) -> str:
    return type(file).__name__.lower()
