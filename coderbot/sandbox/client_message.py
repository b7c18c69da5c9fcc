"""A message as a user of the sandbox sees it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from coderbot.sandbox.jsontypes import Json

Fetch = Callable[[str], Awaitable[bytes]]
"""Downloads a path of the sandbox."""


@dataclass(frozen=True, slots=True)
class Message:
    """One state of one message; an edit gives a new `Message` with the same id."""

    bot_id: int
    chat_id: int
    id: int
    cursor: int
    """Place of this state in the event log; pass it as `after` to wait for later."""
    kind: str
    """text, photo, document, video, audio, voice, video_note, animation, sticker."""
    from_bot: bool
    text: str
    """The text, or the caption of a file."""
    entities: tuple[Json, ...]
    """Entities of `text`, offsets in UTF-16 units."""
    keyboard: tuple[tuple[Json, ...], ...]
    """Inline buttons, row by row, as in the Bot API (`text`, `callback_data`, ...)."""
    reply_keyboard: tuple[tuple[str, ...], ...]
    """Texts of a reply keyboard, row by row."""
    file: Json | None
    """`name`, `mime`, `size` (bytes), `width`, `height` (pixels), `url`, `file_id`."""
    edits: int
    """How often it was edited."""
    silent: bool
    """Whether it was sent without a notification."""
    date: int
    """Unix time of sending, in seconds."""
    reply_to: int | None
    """Id of the message that this one answers."""
    thread_id: int | None
    media_group_id: str | None
    raw: Json = field(repr=False)
    """Everything the control API said."""
    fetch: Fetch = field(repr=False, compare=False)

    @classmethod
    def of(cls, raw: Json, fetch: Fetch) -> "Message":
        """Return the message that the control API describes as `raw`."""
        return cls(
            bot_id=raw["bot_id"],
            chat_id=raw["chat_id"],
            id=raw["message_id"],
            cursor=raw["seq"],
            kind=raw["kind"],
            from_bot=raw["from_bot"],
            text=raw["text"],
            entities=tuple(raw["entities"]),
            keyboard=tuple(tuple(row) for row in raw["keyboard"]),
            reply_keyboard=tuple(tuple(row) for row in raw["reply_keyboard"]),
            file=raw["file"],
            edits=raw["edits"],
            silent=raw["silent"],
            date=raw["date"],
            reply_to=raw["reply_to"],
            thread_id=raw["thread_id"],
            media_group_id=raw["media_group_id"],
            raw=raw,
            fetch=fetch,
        )

    @property
    def buttons(self) -> tuple[str, ...]:
        """Texts of all inline buttons, in reading order."""
        return tuple(button["text"] for row in self.keyboard for button in row)

    def button(self, wanted: str) -> Json:
        """Return the inline button with this text, or else this callback data.

        Raises:
            LookupError: When the message has no such button.
        """
        flat = [button for row in self.keyboard for button in row]
        for key in ("text", "callback_data"):
            for button in flat:
                if button.get(key) == wanted:
                    return button
        raise LookupError(f"no button {wanted!r}; there are: {list(self.buttons)}")

    async def download(self) -> bytes:
        """Return the bytes of the file in this message.

        Raises:
            LookupError: When the message holds no file.
        """
        if self.file is None:
            raise LookupError(f"message {self.id} is {self.kind}, without a file")
        return await self.fetch(self.file["url"])
