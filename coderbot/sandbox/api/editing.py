"""Changing and removing messages of a bot."""

from coderbot.sandbox.api.call import Call
from coderbot.sandbox.api.compose import (
    CAPTIONS,
    TEXTUAL,
    caption_fields,
    text_fields,
)
from coderbot.sandbox.api.media import media_item
from coderbot.sandbox.api.params import Params
from coderbot.sandbox.api.table import method
from coderbot.sandbox.chat import KINDS, StoredMessage
from coderbot.sandbox.errors import bad_request
from coderbot.sandbox.files import StoredFile
from coderbot.sandbox.jsontypes import Json
from coderbot.sandbox.limits import check_text

_CONTENT = TEXTUAL.union(KINDS)
_MARKUP = frozenset({"reply_markup"})


@method("editMessageText")
def edit_message_text(call: Call) -> Json:
    """Replace the text."""
    message = call.own_message("edit")
    if message.kind != "text":
        raise bad_request("there is no text in the message to edit")
    text = call.params.formatted("text")
    check_text(text)
    return _change(call, message, _CONTENT | _MARKUP, text_fields(text))


@method("editMessageCaption")
def edit_message_caption(call: Call) -> Json:
    """Replace the caption."""
    message = call.own_message("edit")
    if message.kind in ("text", "sticker", "video_note"):
        raise bad_request("there is no caption in the message to edit")
    return _change(call, message, CAPTIONS | _MARKUP, caption_fields(call))


@method("editMessageReplyMarkup")
def edit_message_reply_markup(call: Call) -> Json:
    """Replace the inline keyboard."""
    return _change(call, call.own_message("edit"), _MARKUP, {})


@method("editMessageMedia")
def edit_message_media(call: Call) -> Json:
    """Replace the file, or turn a text into a file."""
    message = call.own_message("edit")
    item = call.params.json_object("media")
    if item is None:
        raise bad_request("media can't be empty")
    if message.kind in ("voice", "video_note", "sticker"):
        raise bad_request("message can't be edited")
    call.markup()
    file, content = media_item(call, Params(item))
    return _change(call, message, _CONTENT | _MARKUP, content, file)


def _change(
    call: Call,
    message: StoredMessage,
    replaced: frozenset[str],
    content: Json,
    file: StoredFile | None = None,
) -> Json:
    """Replace fields of a message; refuse a change that changes nothing."""
    markup = call.markup()
    if markup and markup.get("inline_keyboard"):
        content = content | {"reply_markup": markup}
    kept = {k: v for k, v in message.api.items() if k not in replaced}
    changed = kept | content
    if _essence(changed) == _essence(message.api):
        raise bad_request(
            "message is not modified: specified new message content and reply markup "
            "are exactly the same as a current content and reply markup of the message"
        )
    message.api = changed | {"edit_date": call.world.unix_time()}
    message.file = file or message.file
    message.edits += 1
    call.world.changed("edit", call.bot.id, message)
    return message.api


def _essence(api: Json) -> Json:
    """Return what counts as content; a file counts by its bytes, not by its id."""
    essence = {k: v for k, v in api.items() if k in _CONTENT | _MARKUP}
    for kind in KINDS:
        if kind in essence:
            file = essence[kind][0] if kind == "photo" else essence[kind]
            essence[kind] = file["file_unique_id"]
    return essence


@method("deleteMessage")
def delete_message(call: Call) -> bool:
    """Remove one message."""
    chat = call.chat()
    message_id = call.params.integer("message_id")
    if not call.world.remove(call.bot.id, chat.id, message_id):
        raise bad_request("message to delete not found")
    return True


@method("deleteMessages")
def delete_messages(call: Call) -> bool:
    """Remove several messages; those that are gone are passed over."""
    chat = call.chat()
    ids = call.params.json("message_ids")
    if not isinstance(ids, list) or not 1 <= len(ids) <= 100:
        raise bad_request("wrong number of message identifiers: 1-100 are allowed")
    for message_id in ids:
        call.world.remove(
            call.bot.id, chat.id, Params({"id": message_id}).integer("id")
        )
    return True
