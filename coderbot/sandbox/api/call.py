"""One call of the Bot API on its way through a method."""

from dataclasses import dataclass

from coderbot.sandbox.api.params import Params
from coderbot.sandbox.bot import Bot
from coderbot.sandbox.chat import Chat, StoredMessage
from coderbot.sandbox.errors import bad_request
from coderbot.sandbox.jsontypes import Json
from coderbot.sandbox.keyboards import check_markup
from coderbot.sandbox.state import World


@dataclass(slots=True)
class Call:
    """Who calls, with what, on which world."""

    world: World
    bot: Bot
    params: Params

    def chat_id(self) -> int:
        """Return the chat that is meant, by id or `@username`.

        Raises:
            ApiError: 400 when there is none.
        """
        value = self.params.text("chat_id").strip()
        if not value:
            raise bad_request("chat_id is empty")
        if value.startswith("@"):
            for user in self.world.users.values():
                if user.get("username", "").lower() == value[1:].lower():
                    return int(user["id"])
            raise bad_request("chat not found")
        return self.params.integer("chat_id")

    def chat(self) -> Chat:
        """Return the chat that is meant.

        Raises:
            ApiError: 400 when there is none.
        """
        return self.world.chat(self.bot.id, self.chat_id())

    def writable_chat(self) -> Chat:
        """Return the chat that is meant, when the bot may write there.

        Raises:
            ApiError: 400 when there is none, 403 when it may not.
        """
        return self.world.writable_chat(self.bot.id, self.chat_id())

    def markup(self) -> Json | None:
        """Return the checked reply markup; None when there is none.

        Raises:
            ApiError: 400.
        """
        markup = self.params.json("reply_markup")
        if markup is None:
            return None
        return check_markup(markup, self.chat_id() > 0)

    def own_message(self, verb: str) -> StoredMessage:
        """Return the message of the bot that `message_id` names.

        Args:
            verb: What is to be done with it, for the error: edit.

        Raises:
            ApiError: 400 when there is none, or it is another's.
        """
        chat = self.writable_chat()
        message = chat.messages.get(self.params.integer("message_id"))
        if message is None:
            raise bad_request(f"message to {verb} not found")
        if not message.from_bot:
            raise bad_request(f"message can't be {verb}ed")
        return message
