"""One chat of one bot."""

from collections import OrderedDict
from dataclasses import dataclass, field

from coderbot.sandbox.files import StoredFile
from coderbot.sandbox.jsontypes import Json
from coderbot.sandbox.keyboards import inline_rows, reply_rows

_MAX_MESSAGES = 1000
"""Messages kept in one chat; older ones are forgotten."""

KINDS = (
    "photo",
    "animation",
    "document",
    "video",
    "audio",
    "voice",
    "video_note",
    "sticker",
)
"""Kinds of file; an animation is also a document, so it is looked for first."""


@dataclass(slots=True)
class StoredMessage:
    """A message: what the Bot API says of it, and what it does not say."""

    api: Json
    """The `Message` of the Bot API."""
    from_bot: bool
    file: StoredFile | None = None
    reply_keyboard: Json | None = None
    """A markup that is not inline: a reply keyboard, or its removal."""
    silent: bool = False
    edits: int = 0
    seq: int = 0
    """Number of the event of its latest change."""

    @property
    def id(self) -> int:
        """Id in its chat."""
        return int(self.api["message_id"])

    @property
    def kind(self) -> str:
        """`text`, or the kind of file."""
        return next((kind for kind in KINDS if kind in self.api), "text")

    def view(self, bot_id: int) -> Json:
        """Return the message as the control API tells it."""
        api = self.api
        captioned = self.kind != "text"
        return {
            "bot_id": bot_id,
            "chat_id": api["chat"]["id"],
            "message_id": self.id,
            "seq": self.seq,
            "kind": self.kind,
            "from_bot": self.from_bot,
            "from": _sender(api),
            "date": api["date"],
            "edit_date": api.get("edit_date"),
            "text": api.get("caption" if captioned else "text", ""),
            "entities": api.get("caption_entities" if captioned else "entities", []),
            "keyboard": inline_rows(api.get("reply_markup")),
            "reply_keyboard": reply_rows(self.reply_keyboard),
            "removes_keyboard": "remove_keyboard" in (self.reply_keyboard or {}),
            "file": None if self.file is None else file_view(self.file),
            "edits": self.edits,
            "silent": self.silent,
            "reply_to": api.get("reply_to_message", {}).get("message_id"),
            "thread_id": api.get("message_thread_id"),
            "media_group_id": api.get("media_group_id"),
            "forwarded": "forward_origin" in api,
        }


def _sender(api: Json) -> Json:
    sender = api["from"]
    return {key: sender.get(key) for key in ("id", "first_name", "username")}


def file_view(file: StoredFile) -> Json:
    """Return a file as the control API tells it."""
    return {
        "file_id": file.id,
        "unique_id": file.unique_id,
        "kind": file.kind,
        "name": file.name,
        "mime": file.mime,
        "size": file.size,
        "width": file.width,
        "height": file.height,
        "duration": file.duration,
        "url": f"/sandbox/files/{file.bot_id}/{file.id}",
    }


@dataclass(slots=True)
class Chat:
    """Messages between a bot and one person or group."""

    id: int
    blocked: bool = False
    """Whether the person has blocked the bot (or removed it from the group)."""
    started: bool = False
    """Whether the person has ever written here."""
    messages: OrderedDict[int, StoredMessage] = field(default_factory=OrderedDict)

    def add(self, message: StoredMessage) -> None:
        """Append a message, and forget the oldest beyond the bound."""
        self.messages[message.id] = message
        while len(self.messages) > _MAX_MESSAGES:
            self.messages.popitem(last=False)
