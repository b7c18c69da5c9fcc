"""Making messages of a bot."""

from coderbot.sandbox.api.call import Call
from coderbot.sandbox.api.params import Params
from coderbot.sandbox.chat import Chat, StoredMessage
from coderbot.sandbox.errors import bad_request
from coderbot.sandbox.files import StoredFile
from coderbot.sandbox.jsontypes import Json
from coderbot.sandbox.limits import check_caption
from coderbot.sandbox.markup.formatted import Formatted

CAPTIONS = frozenset({"caption", "caption_entities"})
TEXTUAL = CAPTIONS | {"text", "entities"}
"""Fields of a `Message` that hold a text."""


def text_fields(text: Formatted, field: str = "text") -> Json:
    """Return a text as fields of a `Message` (`field`: text or caption)."""
    if not text.text:
        return {}
    entities = "entities" if field == "text" else "caption_entities"
    marks = {entities: text.entities} if text.entities else {}
    return {field: text.text, **marks}


def caption_fields(call: Call) -> Json:
    """Return the caption of a call as fields of a `Message`.

    Raises:
        ApiError: 400 when it is too long, or its markup cannot be read.
    """
    caption = call.params.formatted("caption", "caption_entities")
    check_caption(caption)
    return text_fields(caption, "caption")


def send(
    call: Call, chat: Chat, content: Json, file: StoredFile | None = None
) -> StoredMessage:
    """Post a message of the bot with this content."""
    markup = call.markup()
    world, bot = call.world, call.bot
    replied = _replied(call, chat)
    api = world.new_message(bot.id, chat.id, bot.user()) | content | replied
    if thread := call.params.integer("message_thread_id"):
        api |= {"message_thread_id": thread, "is_topic_message": True}
    if markup and "inline_keyboard" in markup:
        api["reply_markup"] = markup
    message = StoredMessage(
        api=api,
        from_bot=True,
        file=file,
        reply_keyboard=None if markup and "inline_keyboard" in markup else markup,
        silent=call.params.flag("disable_notification"),
    )
    return world.post(bot.id, message)


def _replied(call: Call, chat: Chat) -> Json:
    wanted = Params(call.params.json_object("reply_parameters") or {})
    message_id = wanted.integer("message_id")
    message_id = message_id or call.params.integer("reply_to_message_id")
    if not message_id:
        return {}
    message = chat.messages.get(message_id)
    if message is not None:
        return reply_field(message)
    lenient = "allow_sending_without_reply"
    if wanted.flag(lenient) or call.params.flag(lenient):
        return {}
    raise bad_request("message to be replied not found")


def reply_field(message: StoredMessage) -> Json:
    """Return the field of a `Message` that answers another; it is told one deep."""
    shown = {k: v for k, v in message.api.items() if k != "reply_to_message"}
    return {"reply_to_message": shown}
