"""Uploads files to chats through the Bot API."""

import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, BinaryIO

from telegram import (
    Bot,
    InputFile,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from coderbot.botprocess.counters import Counters
from coderbot.botprocess.telegram.flood import retry_after_s
from coderbot.botprocess.telegram.pace import Priority
from coderbot.errors import CoderBotError
from coderbot.redact import Redactor, Secret
from coderbot.worker.media.kinds import MediaKind
from coderbot.worker.media.names import shown
from coderbot.worker.media.opening import open_below
from coderbot.worker.media.upload import (
    Parcel,
    UploadDelayed,
    UploadFailed,
    UploadRefused,
)
from coderbot.worker.telegram.budget import NO_BUDGET, Budget

_MAX_CAPTION_UNITS = 1024
"""Longest caption, in UTF-16 units: that is how Telegram counts."""
_WRITE_S = 60.0
"""For one piece of 64 kB to leave, in seconds."""
_READ_S = 60.0
"""For the answer after the last piece, in seconds, and ...

A file is in the chat before the answer comes; whoever gives up early sends it
twice.
"""
_READ_BYTES_PER_S = 100_000
"""... one second more for so many bytes: the server digests them first."""

_NOT_FOR_DOCUMENTS = re.compile(
    r"chat not found|user not found|peer_id_invalid|chat_write_forbidden|blocked|"
    r"deactivated|not enough rights|have no rights|non-empty|too big|upgraded",
    re.IGNORECASE,
)
"""Refusals of the chat or of any such file; others are of the way it is shown."""

_AlbumItem = InputMediaAudio | InputMediaDocument | InputMediaPhoto | InputMediaVideo
_ALBUM: dict[MediaKind, Callable[..., _AlbumItem]] = {
    MediaKind.PHOTO: InputMediaPhoto,
    MediaKind.VIDEO: InputMediaVideo,
    MediaKind.AUDIO: InputMediaAudio,
    MediaKind.DOCUMENT: InputMediaDocument,
}


_SMALL_BYTES = 1 << 18
"""A file of this size is read at once, and leaves in one piece."""
_SEND_ALBUM = "sendmediagroup"
"""By its name alone: the library's method would build ten messages from the answer,
which is a fifth of all the work. Telegram does not look at the case, and for the usual
one the library warns that it has that method.
"""
_LONG_PAUSE_S = 3.0
"""Who has to wait longer for a chat makes room for uploads to others."""


class TelegramUploader:
    """Uploads with the methods of one bot; the file is streamed.

    Args:
        bot: The bot, with its connections.
        counters: Of this worker.
        budget: Says when a chat takes files, and is told when it takes none.
    """

    def __init__(
        self,
        bot: Bot,
        counters: Counters | None = None,
        budget: Budget = NO_BUDGET,
    ) -> None:
        self._bot = bot
        self._counters = counters if counters is not None else Counters()
        self._budget = budget
        self._redactor = Redactor([Secret(bot.token)])

    def pause_s(self, chat_id: int) -> float:
        """Return for how long this chat takes no file, in seconds."""
        return self._budget.pause_s(chat_id, Priority.FILE)

    async def upload(self, chat_id: int, parcels: Sequence[Parcel]) -> None:
        """Send one file, or several as an album.

        A single one that Telegram cannot show as what it is is sent once more,
        as a document.

        Raises:
            UploadRefused: This chat can never have this file, or this album.
            UploadDelayed: Telegram asks to wait.
            UploadFailed: It did not work this time.
        """
        pause_s = self.pause_s(chat_id)
        if pause_s > _LONG_PAUSE_S:
            raise UploadDelayed(pause_s)
        error = await self._try(chat_id, parcels)
        if len(parcels) == 1 and _is_about_kind(parcels[0].kind, error):
            document = replace(parcels[0], kind=MediaKind.DOCUMENT)
            error = await self._try(chat_id, [document])
        if error is not None:
            if isinstance(error, RetryAfter):
                self._budget.hold(chat_id, retry_after_s(error))
            # Outside of any handler, so that the library's error, which may
            # hold the address and so the token, is not part of this one.
            raise self._translate(error)

    async def _try(
        self, chat_id: int, parcels: Sequence[Parcel]
    ) -> TelegramError | OSError | None:
        if not await self._budget.clearance(chat_id, len(parcels)):
            return NetworkError("too much waits to be sent to this chat")
        try:
            with ExitStack() as stack:
                files = [
                    stack.enter_context(open_below(each.root, each.name))
                    for each in parcels
                ]
                await self._send(chat_id, parcels, files)
        except (TelegramError, OSError) as error:
            return error
        return None

    async def _send(
        self, chat_id: int, parcels: Sequence[Parcel], files: Sequence[BinaryIO]
    ) -> None:
        size = sum(file.seek(0, 2) for file in files)
        for file in files:
            file.seek(0)
        limits: dict[str, Any] = {
            "write_timeout": _WRITE_S,
            "read_timeout": _READ_S + size / _READ_BYTES_PER_S,
        }
        silent = {"disable_notification": True}
        if len(parcels) > 1:
            pairs = zip(parcels, files, strict=True)
            album = [_in_album(parcel, file) for parcel, file in pairs]
            fields = {"chat_id": chat_id, "media": album, **silent}
            await self._bot.do_api_request(_SEND_ALBUM, fields, **limits)
        else:
            send, parcel = self._method(parcels[0].kind), parcels[0]
            caption = caption_for(parcel.caption)
            await send(
                chat_id, _input(parcel, files[0]), caption=caption, **silent, **limits
            )
        self._counters.media_bytes += size

    def _method(self, kind: MediaKind) -> Callable[..., Awaitable[object]]:
        methods: dict[MediaKind, Callable[..., Awaitable[object]]] = {
            MediaKind.PHOTO: self._bot.send_photo,
            MediaKind.ANIMATION: self._bot.send_animation,
            MediaKind.VIDEO: self._bot.send_video,
            MediaKind.AUDIO: self._bot.send_audio,
            MediaKind.VOICE: self._bot.send_voice,
            MediaKind.DOCUMENT: self._bot.send_document,
        }
        return methods[kind]

    def _translate(self, error: TelegramError | OSError) -> CoderBotError:
        if isinstance(error, OSError):
            return UploadFailed(f"the file cannot be read: {error.strerror}")
        text = self._redactor.text(error.message)
        if isinstance(error, RetryAfter):
            return UploadDelayed(retry_after_s(error))
        if isinstance(error, Forbidden | BadRequest | ChatMigrated):
            return UploadRefused(text)
        if isinstance(error, NetworkError) and "entity too large" in text.lower():
            return UploadRefused(text)
        return UploadFailed(text)


def caption_for(text: str) -> str:
    """Return `text` cut to the length of a caption, never within a character."""
    raw = text.encode("utf-16-le", "replace")[: _MAX_CAPTION_UNITS * 2]
    return raw.decode("utf-16-le", "ignore")


def _in_album(parcel: Parcel, file: BinaryIO) -> _AlbumItem:
    media = _input(parcel, file, attach=True)
    return _ALBUM[parcel.kind](media, caption=caption_for(parcel.caption))


def _input(parcel: Parcel, file: BinaryIO, attach: bool = False) -> InputFile:
    name = shown(parcel.name.rpartition("/")[2])
    content = file.read(_SMALL_BYTES + 1)
    if len(content) <= _SMALL_BYTES:
        return InputFile(content, name, attach=attach)
    file.seek(0)
    return InputFile(file, name, attach=attach, read_file_handle=False)


def _is_about_kind(kind: MediaKind, error: TelegramError | OSError | None) -> bool:
    if kind is MediaKind.DOCUMENT or not isinstance(error, BadRequest):
        return False
    return _NOT_FOR_DOCUMENTS.search(error.message) is None
