"""The whole state of the sandbox: bots, people, chats, events."""

from collections.abc import Callable
from dataclasses import dataclass, field

from coderbot.clock import Clock
from coderbot.redact import Secret, bot_id_of
from coderbot.sandbox.bot import Bot
from coderbot.sandbox.chat import Chat, StoredMessage
from coderbot.sandbox.errors import ApiError, SandboxError, bad_request
from coderbot.sandbox.events import EventLog
from coderbot.sandbox.files import FileStore
from coderbot.sandbox.jsontypes import Json
from coderbot.sandbox.updates import UpdateQueue

_FIRST_UPDATE_ID = 500_000


@dataclass(frozen=True, slots=True)
class Callback:
    """A pressed button that waits for its answer."""

    id: str
    bot_id: int
    chat_id: int
    user_id: int
    pressed: float
    """Monotonic time, in seconds."""


@dataclass(slots=True)
class World:
    """What exists, and the one way in which it changes: by an event."""

    files: FileStore
    clock: Clock
    require_start: bool = False
    """Whether a bot may only write to people who wrote first, as in reality."""
    bots: dict[int, Bot] = field(default_factory=dict)
    users: dict[int, Json] = field(default_factory=dict)
    """`User` of the Bot API, by id."""
    groups: dict[int, Json] = field(default_factory=dict)
    """`Chat` of the Bot API, by id."""
    events: EventLog = field(default_factory=EventLog)
    callbacks: dict[str, Callback] = field(default_factory=dict)
    listeners: list[Callable[[Json], None]] = field(default_factory=list)
    """Called with each event."""
    _tokens: dict[Secret, Bot] = field(default_factory=dict)
    _chats: dict[tuple[int, int], Chat] = field(default_factory=dict)
    _last_message_id: dict[int, int] = field(default_factory=dict)

    def add_bot(self, token: Secret, first_name: str = "", username: str = "") -> Bot:
        """Make the bot whose token this is.

        Raises:
            SandboxError: When a bot with this id exists.
        """
        bot_id = bot_id_of(token)
        if bot_id in self.bots:
            raise SandboxError(f"bot {bot_id} exists already")
        number = len(self.bots) + 1
        bot = Bot(
            id=bot_id,
            token=token,
            first_name=first_name or f"Coder Bot {number}",
            username=username or f"coder_{number}_bot",
            queue=UpdateQueue(_FIRST_UPDATE_ID + bot_id % 1000 * 1000),
        )
        self.bots[bot_id] = bot
        self._tokens[token] = bot
        self.publish("bot", bot=bot.view())
        return bot

    def add_user(self, user_id: int, first_name: str, username: str = "") -> Json:
        """Make or rename a person.

        Raises:
            SandboxError: When the id is not positive, or the name empty.
        """
        if not 0 < user_id < 1 << 52 or not first_name.strip():
            raise SandboxError("a user needs a positive id and a name")
        user: Json = {"id": user_id, "is_bot": False, "first_name": first_name.strip()}
        if username:
            user["username"] = username
        user["language_code"] = "en"
        self.users[user_id] = user
        self.publish("user", user=user)
        return user

    def add_group(self, chat_id: int, title: str, kind: str) -> Json:
        """Make a group.

        Raises:
            SandboxError: When the id is not negative, or the kind unknown.
        """
        if chat_id >= 0 or kind not in ("group", "supergroup"):
            raise SandboxError("a group needs a negative id and type group, supergroup")
        self.groups[chat_id] = {"id": chat_id, "title": title, "type": kind}
        self.publish("group", group=self.groups[chat_id])
        return self.groups[chat_id]

    def bot_of(self, token: str) -> Bot | None:
        """Return the bot with this token; None when unknown or revoked."""
        bot = self._tokens.get(Secret(token))
        return None if bot is None or bot.revoked else bot

    def chat(self, bot_id: int, chat_id: int) -> Chat:
        """Return a chat of a bot.

        Raises:
            ApiError: 400 when nobody has this id.
        """
        if chat_id not in self.users and chat_id not in self.groups:
            raise bad_request("chat not found")
        return self._chats.setdefault((bot_id, chat_id), Chat(chat_id))

    def last_messages(self) -> list[Json]:
        """Return the newest message of each chat, as the control API tells it."""
        return [
            next(reversed(chat.messages.values())).view(bot_id)
            for (bot_id, _), chat in self._chats.items()
            if chat.messages
        ]

    def writable_chat(self, bot_id: int, chat_id: int) -> Chat:
        """Return a chat that the bot may write to.

        Raises:
            ApiError: 400 when nobody has this id, 403 when it may not write.
        """
        chat = self.chat(bot_id, chat_id)
        if chat.blocked:
            text = "bot was blocked by the user"
            if chat_id < 0:
                text = "bot was kicked from the group chat"
            raise ApiError(403, f"Forbidden: {text}")
        if self.require_start and chat_id > 0 and not chat.started:
            text = "Forbidden: bot can't initiate conversation with a user"
            raise ApiError(403, text)
        return chat

    def chat_object(self, chat_id: int) -> Json:
        """Return the `Chat` of the Bot API with this id."""
        if chat_id in self.groups:
            return dict(self.groups[chat_id])
        user = self.users[chat_id]
        keys = ("id", "first_name", "username")
        return {key: user[key] for key in keys if key in user} | {"type": "private"}

    def new_message(self, bot_id: int, chat_id: int, sender: Json) -> Json:
        """Return the start of a `Message`: id, date, chat, sender."""
        message_id = self._last_message_id.get(bot_id, 0) + 1
        self._last_message_id[bot_id] = message_id
        return {
            "message_id": message_id,
            "date": self.unix_time(),
            "chat": self.chat_object(chat_id),
            "from": sender,
        }

    def unix_time(self) -> int:
        """Return the wall time in whole seconds, as dates in the Bot API are."""
        return int(self.clock.now().timestamp())

    def post(self, bot_id: int, message: StoredMessage) -> StoredMessage:
        """Put a new message into its chat and tell everybody."""
        chat_id = message.api["chat"]["id"]
        self.chat(bot_id, chat_id).add(message)
        self.changed("message", bot_id, message)
        return message

    def changed(self, kind: str, bot_id: int, message: StoredMessage) -> None:
        """Tell everybody of a `message` or an `edit`."""
        message.seq = self.events.last + 1
        view = message.view(bot_id)
        self.publish(kind, bot_id=bot_id, chat_id=view["chat_id"], message=view)

    def remove(self, bot_id: int, chat_id: int, message_id: int) -> bool:
        """Delete a message; return False when there is none."""
        chat = self.chat(bot_id, chat_id)
        if chat.messages.pop(message_id, None) is None:
            return False
        self.publish("delete", bot_id=bot_id, chat_id=chat_id, message_id=message_id)
        return True

    def deliver(self, bot: Bot, kind: str, content: Json) -> None:
        """Queue an update for a bot and wake its poller."""
        bot.queue.add(kind, content, self.clock.monotonic())
        bot.pulse.fire()

    def publish(self, kind: str, **fields: object) -> Json:
        """Log an event and tell all listeners."""
        event = self.events.add({"type": kind, **fields})
        for listener in self.listeners:
            listener(event)
        return event
