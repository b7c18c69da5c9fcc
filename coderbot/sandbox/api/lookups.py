"""Questions about chats and files, and answers to pressed buttons."""

from coderbot.sandbox.api.call import Call
from coderbot.sandbox.api.table import method
from coderbot.sandbox.errors import bad_request
from coderbot.sandbox.jsontypes import Json
from coderbot.sandbox.limits import MAX_DOWNLOAD_BYTES, MAX_TOAST_UNITS
from coderbot.sandbox.markup.builder import units

_CALLBACK_LIFETIME_S = 900
"""A button can be answered so long after it was pressed, in seconds."""


@method("getChat")
def get_chat(call: Call) -> Json:
    """Tell who is at the other end."""
    chat = call.chat()
    gifts = dict.fromkeys(
        (
            "unlimited_gifts",
            "limited_gifts",
            "unique_gifts",
            "premium_subscription",
            "gifts_from_channels",
        ),
        True,
    )
    colours = {"accent_color_id": 0, "max_reaction_count": 11}
    return call.world.chat_object(chat.id) | colours | {"accepted_gift_types": gifts}


@method("getChatMember")
def get_chat_member(call: Call) -> Json:
    """Tell the standing of a person or the bot in a chat."""
    call.chat()
    user_id = call.params.integer("user_id")
    user = call.world.users.get(user_id)
    if user_id == call.bot.id:
        user = call.bot.user()
    if user is None:
        raise bad_request("user not found")
    return {"status": "member", "user": user}


@method("getChatAdministrators")
def get_chat_administrators(call: Call) -> list[Json]:
    """Tell who administers a group: nobody does."""
    if call.chat().id > 0:
        raise bad_request("there are no administrators in the private chat")
    return []


@method("getUserProfilePhotos")
def get_user_profile_photos(call: Call) -> Json:
    """Tell that nobody has a picture."""
    if call.params.integer("user_id") not in call.world.users:
        raise bad_request("user not found")
    return {"total_count": 0, "photos": []}


@method("getFile")
def get_file(call: Call) -> Json:
    """Tell where a file can be fetched."""
    file = call.world.files.get(call.bot.id, call.params.text("file_id"))
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if file.size > MAX_DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {
        "file_id": file.id,
        "file_unique_id": file.unique_id,
        "file_size": file.size,
        "file_path": file.remote_path,
    }


@method("answerCallbackQuery")
def answer_callback_query(call: Call) -> bool:
    """End the spinner of a button, perhaps with a toast."""
    world, params = call.world, call.params
    callback = world.callbacks.get(params.text("callback_query_id"))
    now = world.clock.monotonic()
    ours = callback is not None and callback.bot_id == call.bot.id
    if callback is None or not ours or now - callback.pressed > _CALLBACK_LIFETIME_S:
        raise bad_request(
            "query is too old and response timeout expired or query ID is invalid"
        )
    text = params.text("text")
    if units(text) > MAX_TOAST_UNITS:
        raise bad_request("MESSAGE_TOO_LONG")
    world.publish(
        "toast",
        bot_id=callback.bot_id,
        chat_id=callback.chat_id,
        user_id=callback.user_id,
        callback_id=callback.id,
        text=text,
        show_alert=params.flag("show_alert"),
        url=params.text("url"),
    )
    return True
