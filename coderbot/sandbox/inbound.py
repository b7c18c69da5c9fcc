"""What people do in their chats, and the updates that bots get from it."""

import re
import secrets
from dataclasses import dataclass

from coderbot.sandbox.api.compose import TEXTUAL, reply_field, text_fields
from coderbot.sandbox.api.content import content_of
from coderbot.sandbox.bot import Bot
from coderbot.sandbox.chat import Chat, StoredMessage
from coderbot.sandbox.errors import SandboxError
from coderbot.sandbox.files import StoredFile
from coderbot.sandbox.jsontypes import Json
from coderbot.sandbox.limits import MAX_CAPTION_UNITS, MAX_TEXT_UNITS
from coderbot.sandbox.markup.formatted import Formatted, format_text
from coderbot.sandbox.state import Callback, World

_MAX_CALLBACKS = 1000


@dataclass(frozen=True, slots=True)
class Extras:
    """What a message may have besides its content."""

    reply_to: int = 0
    """Id of the message that is answered; 0 for none."""
    thread_id: int = 0
    """Topic; 0 for none."""
    forwarded_from: str = ""
    """Name of the person whose message is forwarded."""
    media_group_id: str = ""
    age_s: int = 0
    """How long ago it was sent, in seconds: it has waited for the bot since."""


@dataclass(frozen=True, slots=True)
class Person:
    """One user in one chat with one bot.

    Args:
        world: Where all this is.
        bot: Who is talked to.
        chat: The chat.
        user: The `User` who acts.
    """

    world: World
    bot: Bot
    chat: Chat
    user: Json

    @classmethod
    def of(cls, world: World, bot_id: int, chat_id: int, user_id: int) -> "Person":
        """Return a user in a chat.

        Raises:
            SandboxError: When one of them does not exist, or the chat is another's.
            ApiError: When the chat does not exist.
        """
        bot, user = world.bots.get(bot_id), world.users.get(user_id)
        if bot is None:
            raise SandboxError(f"no bot {bot_id}")
        if user is None:
            raise SandboxError(f"no user {user_id}")
        if chat_id > 0 and chat_id != user_id:
            raise SandboxError(f"chat {chat_id} is not that of user {user_id}")
        return cls(world, bot, world.chat(bot_id, chat_id), user)

    def say(self, text: str, extras: Extras) -> StoredMessage:
        """Send a text.

        Raises:
            SandboxError: When it is empty or too long.
        """
        return self._send(text_fields(_own_text(text)), extras, None)

    def send_file(
        self, file: StoredFile, caption: str, extras: Extras
    ) -> StoredMessage:
        """Send a file.

        Raises:
            SandboxError: When the caption is too long.
        """
        formatted = format_text(caption)
        if formatted.length > MAX_CAPTION_UNITS:
            raise SandboxError(f"a caption has at most {MAX_CAPTION_UNITS} characters")
        content = content_of(file) | text_fields(formatted, "caption")
        return self._send(content, extras, file)

    def edit(self, message_id: int, text: str) -> StoredMessage:
        """Change the text or caption of an own message.

        Raises:
            SandboxError: When it is not this user's.
        """
        message = self._message(message_id)
        if message.from_bot or message.api["from"]["id"] != self.user["id"]:
            raise SandboxError(f"message {message_id} is another's")
        field = "text" if message.kind == "text" else "caption"
        kept = {k: v for k, v in message.api.items() if k not in TEXTUAL}
        changed = text_fields(_own_text(text), field)
        message.api = kept | changed | {"edit_date": self.world.unix_time()}
        message.edits += 1
        self.world.changed("edit", self.bot.id, message)
        if self._is_seen(message.api):
            self.world.deliver(self.bot, "edited_message", message.api)
        return message

    def delete(self, message_id: int) -> None:
        """Delete any message; no bot is told of it.

        Raises:
            SandboxError: When there is none.
        """
        if not self.world.remove(self.bot.id, self.chat.id, message_id):
            raise SandboxError(f"no message {message_id}")

    def press(self, message_id: int, data: str) -> str:
        """Send the data of a button; return the id of the callback query.

        Raises:
            SandboxError: When there is no such message.
        """
        message = self._message(message_id)
        callback = Callback(
            id=str(secrets.randbits(60)),
            bot_id=self.bot.id,
            chat_id=self.chat.id,
            user_id=self.user["id"],
            pressed=self.world.clock.monotonic(),
        )
        callbacks = self.world.callbacks
        callbacks[callback.id] = callback
        if len(callbacks) > _MAX_CALLBACKS:
            del callbacks[next(iter(callbacks))]
        query = {"id": callback.id, "from": self.user, "message": message.api}
        query |= {"chat_instance": str(self.chat.id), "data": data}
        self.world.deliver(self.bot, "callback_query", query)
        return callback.id

    def block(self, blocked: bool) -> None:
        """Block the bot (in a group: remove it), or let it come back."""
        if self.chat.blocked == blocked:
            return
        self.chat.blocked = blocked
        gone: Json = {"status": "left" if self.chat.id < 0 else "kicked"}
        if self.chat.id > 0:
            gone["until_date"] = 0
        states = [gone, {"status": "member"}]
        old, new = reversed(states) if blocked else states
        change = {
            "chat": self.world.chat_object(self.chat.id),
            "from": self.user,
            "date": self.world.unix_time(),
            "old_chat_member": old | {"user": self.bot.user()},
            "new_chat_member": new | {"user": self.bot.user()},
        }
        self.world.publish(
            "chat", bot_id=self.bot.id, chat_id=self.chat.id, blocked=blocked
        )
        self.world.deliver(self.bot, "my_chat_member", change)

    def _send(
        self, content: Json, extras: Extras, file: StoredFile | None
    ) -> StoredMessage:
        self.block(False)  # who writes to a bot has let it back in
        self.chat.started = True
        head = self.world.new_message(self.bot.id, self.chat.id, self.user)
        api = head | content | self._extra_fields(extras)
        message = StoredMessage(api=api, from_bot=False, file=file)
        self.world.post(self.bot.id, message)
        if self._is_seen(api):
            self.world.deliver(self.bot, "message", api)
        return message

    def _extra_fields(self, extras: Extras) -> Json:
        fields: Json = {}
        if extras.reply_to:
            fields |= reply_field(self._message(extras.reply_to))
        if extras.thread_id:
            fields["message_thread_id"] = extras.thread_id
            fields["is_topic_message"] = True
        if extras.media_group_id:
            fields["media_group_id"] = extras.media_group_id
        if extras.age_s:
            fields["date"] = self.world.unix_time() - extras.age_s
        if extras.forwarded_from:
            fields["forward_origin"] = {
                "type": "hidden_user",
                "date": self.world.unix_time(),
                "sender_user_name": extras.forwarded_from,
            }
        return fields

    def _is_seen(self, api: Json) -> bool:
        """Tell whether the bot gets this message: in groups, privacy mode hides most."""
        if self.chat.id > 0 or self.bot.sees_all:
            return True
        text = api.get("text") or api.get("caption") or ""
        replied = api.get("reply_to_message", {}).get("from", {}).get("id")
        mentioned = f"@{self.bot.username}".lower() in text.lower()
        return text.startswith("/") or replied == self.bot.id or mentioned

    def _message(self, message_id: int) -> StoredMessage:
        message = self.chat.messages.get(message_id)
        if message is None:
            raise SandboxError(f"no message {message_id} in chat {self.chat.id}")
        return message


def _own_text(text: str) -> Formatted:
    formatted = format_text(text)
    if not re.search(r"\S", formatted.text):
        raise SandboxError("a message needs some text")
    if formatted.length > MAX_TEXT_UNITS:
        raise SandboxError(f"a message has at most {MAX_TEXT_UNITS} characters")
    return formatted
