"""What the bot says (pure). Plain text: whatever is filled in cannot break it."""

from collections.abc import Iterable, Sequence

from coderbot.botprocess.telegram.lengths import cut_end

NO_TERMINAL = "No terminal is open. /xterm opens one."
TERMINAL_EXISTS = (
    "A terminal is open already. /screen shows it, /new opens another one, "
    "/close closes it."
)
TERMINAL_OPENING = "Opening a terminal…"
OPEN_ANOTHER = "/xterm opens a new one."
NONE_IN_USE = "None of your terminals is in use here. Which one do you mean?"
BAD_NAME = "A name has up to 20 letters, digits, - and _."
RECORDED = "Play it with: asciinema play"
STILL_OPEN = "Still open, to be used here:"
KEPT_OPEN = "It stays open."
NOT_TYPED = (
    "Forwarded messages and those written through other bots are not typed into "
    "the terminal by themselves."
)
TYPE_IT = "Type it"
RUN_IT = "Run it now"
UNSUPPORTED = (
    "This kind of message means nothing to me. Text is typed into the terminal, "
    "files are saved; /help lists the commands."
)
BUSY = "Too much is waiting to be done; this was dropped. /ctrlc still works."
INTERNAL_ERROR = "That failed because of a fault in the bot. Its log tells more."
SCREEN_EMPTY = "(the screen is empty)"
STALE_BUTTON = "This button belongs to a terminal that is closed."
QUESTION_IS_PAST = "That question is past; this is what is there now."
UP_TO_DATE = "Nothing has changed."
REFRESHED = "Refreshed."
LOCKED_DOWN = (
    "Somebody who is not allowed wrote to this bot, and AUTO_KILL is on: it is "
    "locked and stops now. Start it again from the dashboard."
)
BOT_STOPS = "This bot stops now, and your terminal with it."
CANCELLED = "It goes on."


def lost_terminals(names: Sequence[str]) -> str:
    """Return the word about terminals that ended together with their worker."""
    listed = ", ".join(names)
    what = f"Terminal {listed} is" if len(names) == 1 else f"Terminals {listed} are"
    return (
        f"{what} lost: the worker of this bot ended without warning, and another "
        "one goes on. Open a new one with /xterm."
    )


def interrupted(text: str) -> str:
    """Return the word about a message that a worker may not have finished with."""
    which = f": {cut_end(text, 200)}" if text else ""
    return (
        "The worker of this bot ended while it dealt with what you sent last"
        f"{which}. It is not done a second time; look whether it was done."
    )


def missed(text: str) -> str:
    """Return the word about a message that waited while the bot was off or cut off."""
    return (
        "This came while the bot was off or cut off, so it was not carried out; the "
        f"terminal may show something else by now:\n\n{cut_end(text, 1_000)}"
    )


def live(is_on: bool) -> str:
    """Return whether screens are followed all the time."""
    if is_on:
        return "Screens are followed all the time, every two seconds at most."
    return "Screens are followed for a while after input."


def notify(terminal: str, level: str) -> str:
    """Return what a terminal calls its user for."""
    words = {
        "all": "what waits for you and what has ended",
        "waiting": "what waits for you",
        "off": "nothing",
    }
    return f"{terminal} calls you for {words[level]} ({level})."


def welcome(bot: str) -> str:
    """Return the answer to /start."""
    return (
        f"This is {bot}: a terminal on your machine, in this chat.\n\n"
        "/claude, /copilot and others start a coding assistant, /projects picks where; "
        "/xterm opens a shell. What you write then is typed into it, with "
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


def terminal_closed(name: str) -> str:
    """Return the answer to /close."""
    return f"Terminal closed: {name}."


def terminal_ended(name: str, how: str, idle_s: float) -> str:
    """Return the word about a terminal that nobody has asked to close.

    Args:
        name: Of the terminal.
        how: How it ended: `exit 0`, `SIGKILL`, `idle`.
        idle_s: Time without input after which terminals are closed, in seconds.
    """
    if how == "idle":
        how = f"nothing was typed for {duration(idle_s)}"
    return f"Terminal {name} ended: {how}."


def closing_soon(name: str, idle_s: float, left_s: float) -> str:
    """Return the notice before an idle terminal is closed."""
    return (
        f"Terminal {name} is closed in {duration(left_s)}, with all that runs in it: "
        f"nothing was typed for {duration(idle_s - left_s)}."
    )


def in_use(name: str) -> str:
    """Return the word that a terminal is in use now."""
    return f"{name} is in use here."


def duration(seconds: float) -> str:
    """Return a time in words: `5 minutes`, `40 seconds`."""
    count, unit = (
        (round(seconds), "second") if seconds < 90 else (round(seconds / 60), "minute")
    )
    return f"{count} {unit}" + ("" if count == 1 else "s")


def no_such_terminal(name: str) -> str:
    """Return the answer to a name that no terminal has."""
    return f"You have no terminal of the name {name[:20]}."


def terminal_line(name: str, in_use: bool, about: str, idle_s: float) -> str:
    """Return a line of /list.

    Args:
        name: Of the terminal.
        in_use: Messages here are typed into it.
        about: Its title, or where it is at work.
        idle_s: Time since something was typed, in seconds.
    """
    mark = "▶" if in_use else "•"
    about = f" - {about[:60]}" if about else ""
    return f"{mark} {name}{about} ({duration(idle_s)} without input)"


def size(columns: int, rows: int) -> str:
    """Return the answer to /size."""
    return f"Terminals have {columns} columns and {rows} rows."


def mode(as_text: bool, is_own: bool) -> str:
    """Return the answer to /airplane.

    Args:
        as_text: Screens are shown as text.
        is_own: The user has chosen that.
    """
    whose = "your choice" if is_own else "as this bot is set"
    if as_text:
        way = "screens are text. /airplane off shows pictures."
        return f"Airplane mode is on ({whose}): {way}"
    way = "screens are pictures. /airplane on shows text."
    return f"Airplane mode is off ({whose}): {way}"


def theme(name: str, all_names: Iterable[str]) -> str:
    """Return the answer to /theme."""
    return f"Colours: {name}. There are {', '.join(all_names)}."


def no_such_theme(name: str, all_names: Iterable[str]) -> str:
    """Return the answer to a theme that does not exist."""
    return f"There is no theme {name[:30]}; there are {', '.join(all_names)}."


def font(size_px: int) -> str:
    """Return the answer to /font."""
    return f"Letters in pictures are {size_px} pixels high."


def keypad(layout: str) -> str:
    """Return the answer to /keypad."""
    return f"Keys under screens: {layout}"


def history(name: str, lines: int) -> str:
    """Return what stands under a file of /history."""
    return f"{name}: {lines} {'line' if lines == 1 else 'lines'}"


def recording(name: str) -> str:
    """Return the answer to the first /record."""
    return (
        f"{name} is recorded from now on, for an hour or 8 MiB at most. "
        "/record ends it and sends the file."
    )


def not_recording(reason: str) -> str:
    """Return why nothing is recorded."""
    return f"Nothing is recorded: {reason}."


def kill_question(bot: str) -> str:
    """Return the question of /killbot."""
    return (
        f"Stop {bot}? Its terminals are closed, and it stays off until it is "
        "started from the dashboard."
    )


def killed(bot: str) -> str:
    """Return the last word of a bot that was told to stop."""
    return f"{bot} stops now."
