"""What the bot says (pure). Plain text: whatever is filled in cannot break it."""

NO_TERMINAL = "No terminal is open. /xterm opens one."
TERMINAL_EXISTS = (
    "A terminal is open already. /screen shows it, /close closes it; "
    "then /xterm opens a new one."
)
TERMINAL_OPENING = "Opening a terminal…"
TERMINAL_CLOSED = "Terminal closed. /xterm opens a new one."
NOT_TYPED = (
    "Forwarded messages and those written through other bots are not typed into "
    "the terminal. Copy the text and send it yourself if you mean it."
)
MISSED = (
    "This came while the bot was cut off, so it was not carried out: the terminal may "
    "show something else by now. Send it again if you still mean it."
)
UNSUPPORTED = (
    "This kind of message means nothing to me. Text is typed into the terminal, "
    "files are saved; /help lists the commands."
)
BUSY = "Too much is waiting to be done; this was dropped. /ctrlc still works."
INTERNAL_ERROR = "That failed because of a fault in the bot. Its log tells more."
SCREEN_EMPTY = "(the screen is empty)"
STALE_BUTTON = "This button belongs to a terminal that is closed."
UP_TO_DATE = "Nothing has changed."
REFRESHED = "Refreshed."
LOCKED_DOWN = (
    "Somebody who is not allowed wrote to this bot, and AUTO_KILL is on: it is "
    "locked and stops now. Start it again from the dashboard."
)
BOT_STOPS = "This bot stops now, and your terminal with it."
CANCELLED = "It goes on."


def welcome(bot: str) -> str:
    """Return the answer to /start."""
    return (
        f"This is {bot}: a terminal on your machine, in this chat.\n\n"
        "/xterm opens a terminal. What you write then is typed into it, with "
        "Enter; the picture of the screen follows.\n"
        "/screen shows the screen again, /ctrlc interrupts, /close ends it.\n"
        "Files that you send here are saved on the machine.\n\n"
        "/help lists everything."
    )


def unknown_command(name: str) -> str:
    """Return the answer to a command that does not exist."""
    return (
        f"There is no command /{name}. /help lists all. To type it into the "
        f"terminal write //{name} instead."
    )


def stranger(user_id: int) -> str:
    """Return the answer to somebody who is not allowed."""
    return (
        f"You may not use this bot. Your Telegram id is {user_id}; "
        "its owner can add it to ALLOWED_USER_IDS."
    )


def terminal_ended(how: str, idle_s: float) -> str:
    """Return the word about a terminal that nobody has asked to close.

    Args:
        how: How it ended: `exit 0`, `SIGKILL`, `idle`.
        idle_s: Time without input after which terminals are closed, in seconds.
    """
    if how == "idle":
        how = f"nothing was typed for {idle_s / 60:.0f} minutes"
    return f"Terminal ended: {how}. /xterm opens a new one."


def kill_question(bot: str) -> str:
    """Return the question of /killbot."""
    return (
        f"Stop {bot}? Its terminals are closed, and it stays off until it is "
        "started from the dashboard."
    )


def killed(bot: str) -> str:
    """Return the last word of a bot that was told to stop."""
    return f"{bot} stops now."
