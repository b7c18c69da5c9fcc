"""What the control bot says (pure)."""

WELCOME = (
    "This is the control bot of a fleet of CoderBots. It shows how they stand, "
    "steers them, and tells you when something goes wrong.\n\n"
    "/status shows all bots, /help lists the commands."
)
UNSUPPORTED = "This bot understands commands. /help lists them."
SECONDHAND = (
    "Forwarded texts are not obeyed. Copy what you mean into a message of your own."
)
STARTS_ANEW = "They are taken up now. This bot starts anew, or ends, for them."
OUTDATED = "This button is out of date."
LATE = (
    "This command was sent while the control bot was away, so it was not carried out. "
    "Send it again if you still mean it."
)
INTERNAL_ERROR = "That went wrong. /logs control shows why."
ASK_TOKEN = (
    "Send me the token of the new bot, as @BotFather gave it to you, within 2 minutes. "
    "Your message is deleted at once. /cancel forgets about it."
)
TOKEN_DELETED = (
    "Your message had a token in it and was deleted. To add a bot, send /addbot first."
)
TOKEN_STAYS = (
    "Your message with the token could not be deleted: delete it yourself, "
    "or let @BotFather revoke the token."
)
NO_ENV_FILE = (
    "The tokens of this fleet do not come from a .env file that this bot may change."
)


def stranger(user_id: int) -> str:
    """Return the answer to somebody who is no admin."""
    return f"This bot serves the admins of a fleet only. Your user id is {user_id}."


def unknown_command(name: str) -> str:
    """Return the answer to a command that there is not."""
    return f"There is no command /{name}. /help lists the commands."
