"""One bot: its profile, commands and queue."""

import re
from dataclasses import dataclass, field

from coderbot.redact import Secret
from coderbot.sandbox.errors import bad_request
from coderbot.sandbox.jsontypes import Json
from coderbot.sandbox.pulse import Pulse
from coderbot.sandbox.updates import UpdateQueue

_MAX_COMMANDS = 100


@dataclass(slots=True)
class Bot:
    """What BotFather and the bot itself have set."""

    id: int
    token: Secret
    first_name: str
    username: str
    sees_all: bool = False
    """Whether privacy mode is off: all messages of groups are delivered."""
    queue: UpdateQueue = field(default_factory=UpdateQueue)
    pulse: Pulse = field(default_factory=Pulse)
    """Fires when the queue or a poller changed."""
    revoked: bool = False
    webhook: Json | None = None
    """As `WebhookInfo` tells it."""
    webhook_secret: str = ""
    poll_turn: int = 0
    """Counts pollers; the newest one holds the line."""
    open_polls: int = 0
    online: bool = False
    last_poll: float = 0
    """Monotonic time in seconds of the end of the latest poll."""
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    """By scope and language code."""
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    """`name`, `description`, `short_description` by kind and language code."""
    menu_buttons: dict[int | None, Json] = field(default_factory=dict)
    """By chat; the default one under None."""

    def user(self) -> Json:
        """Return the bot as a `User` of the Bot API."""
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": self.texts.get(("name", "")) or self.first_name,
            "username": self.username,
        }

    def commands_for(self, chat_id: int, language: str = "") -> list[Json]:
        """Return the commands that a chat sees: the narrowest scope that has any."""
        kind = "all_private_chats" if chat_id > 0 else "all_group_chats"
        for scope in (f"chat:{chat_id}", kind, "default"):
            for code in (language, ""):
                if found := self.commands.get((scope, code)):
                    return found
        return []

    def view(self) -> Json:
        """Return the bot as the control API tells it; never the token."""
        user = self.user()
        return {
            "id": self.id,
            "first_name": user["first_name"],
            "username": self.username,
            "description": self.texts.get(("description", ""), ""),
            "short_description": self.texts.get(("short_description", ""), ""),
            "commands": self.commands_for(1),
            "online": self.online,
            "pending": len(self.queue),
            "revoked": self.revoked,
        }


def scope_key(scope: Json | None) -> str:
    """Return a key for a `BotCommandScope`.

    Raises:
        ApiError: 400 for an unknown scope.
    """
    kind = (scope or {"type": "default"}).get("type")
    if kind in ("default", "all_private_chats", "all_group_chats"):
        return str(kind)
    if kind == "all_chat_administrators":
        return str(kind)
    if kind in ("chat", "chat_administrators") and scope:
        suffix = "" if kind == "chat" else ":admins"
        return f"chat:{scope.get('chat_id')}{suffix}"
    if kind == "chat_member" and scope:
        return f"chat:{scope.get('chat_id')}:{scope.get('user_id')}"
    raise bad_request("unsupported BotCommandScope specified")


def check_commands(commands: object) -> list[Json]:
    """Return a list of `BotCommand`, checked.

    Raises:
        ApiError: 400.
    """
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > _MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    return [_check_command(command) for command in commands]


def _check_command(command: object) -> Json:
    if not isinstance(command, dict):
        raise bad_request("expected BotCommand to be an Object")
    name = str(command.get("command", "")).removeprefix("/")
    text = str(command.get("description", "")).strip()
    if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(text) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": text}
