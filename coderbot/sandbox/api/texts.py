"""Sending texts, and things that are like them."""

from coderbot.sandbox.api.call import Call
from coderbot.sandbox.api.compose import send, text_fields
from coderbot.sandbox.api.table import method
from coderbot.sandbox.chat import StoredMessage
from coderbot.sandbox.errors import bad_request
from coderbot.sandbox.jsontypes import Json
from coderbot.sandbox.limits import check_text

_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}


@method("sendMessage")
def send_message(call: Call) -> Json:
    """Send a text."""
    chat = call.writable_chat()
    text = call.params.formatted("text")
    check_text(text)
    return send(call, chat, text_fields(text)).api


@method("sendMessageDraft")
def send_message_draft(call: Call) -> bool:
    """Show a text that is still being written, as a chat action."""
    chat = call.writable_chat()
    text = call.params.formatted("text")
    call.world.publish(
        "action",
        bot_id=call.bot.id,
        chat_id=chat.id,
        action="typing",
        draft=text.text,
    )
    return True


@method("sendChatAction")
def send_chat_action(call: Call) -> bool:
    """Show what the bot is doing."""
    chat = call.writable_chat()
    action = call.params.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    call.world.publish("action", bot_id=call.bot.id, chat_id=chat.id, action=action)
    return True


@method("copyMessage")
def copy_message(call: Call) -> Json:
    """Send what another message says; returns its new number."""
    return {"message_id": _pass_on(call, {})["message_id"]}


@method("forwardMessage")
def forward_message(call: Call) -> Json:
    """Send another message, saying whose it is."""
    source = _passed_on(call).api
    sender = {"type": "user", "date": source["date"], "sender_user": source["from"]}
    origin = source.get("forward_origin", sender)
    return _pass_on(call, {"forward_origin": origin})


def _passed_on(call: Call) -> StoredMessage:
    source = call.world.chat(call.bot.id, call.params.integer("from_chat_id"))
    message = source.messages.get(call.params.integer("message_id"))
    if message is None:
        raise bad_request("message to forward not found")
    return message


def _pass_on(call: Call, origin: Json) -> Json:
    message = _passed_on(call)
    content = _content(message) | origin
    return send(call, call.writable_chat(), content, message.file).api


def _content(message: StoredMessage) -> Json:
    """Return what a message says, without who, when and where."""
    head = {"message_id", "date", "edit_date", "chat", "from", "reply_markup"}
    head |= {"reply_to_message", "message_thread_id", "is_topic_message"}
    head |= {"forward_origin", "media_group_id"}
    return {key: value for key, value in message.api.items() if key not in head}


@method("pinChatMessage", "unpinChatMessage", "unpinAllChatMessages")
def pin(call: Call) -> bool:
    """Check the chat; pins are not shown."""
    call.writable_chat()
    return True


@method("setMessageReaction")
def set_message_reaction(call: Call) -> bool:
    """Check the message; reactions are not shown."""
    chat = call.writable_chat()
    if call.params.integer("message_id") not in chat.messages:
        raise bad_request("message to react not found")
    return True
