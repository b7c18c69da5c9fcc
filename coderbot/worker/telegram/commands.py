"""The commands (pure): one table for dispatch, menus, /help, usage and the docs.

A new command is one entry here and one function in `handlers/`, which the entry
names as `module.function`; `dispatch` finds it.
"""

from collections.abc import Iterable
from functools import partial

from coderbot.worker.telegram.command import Command, Menu, Section

ALWAYS = (Menu.IDLE, Menu.OPEN)
IDLE = (Menu.IDLE,)
OPEN = (Menu.OPEN,)


def _key(
    name: str,
    key: str,
    does: str,
    *aliases: str,
    menus: tuple[Menu, ...] = (),
    is_urgent: bool = False,
) -> Command:
    return Command(
        name,
        does,
        "keyboard.press",
        aliases,
        section=Section.KEYS,
        menus=menus,
        needs_terminal=True,
        is_urgent=is_urgent,
        key=key,
    )


def assistant_command(name: str, menus: tuple[Menu, ...] = ()) -> Command:
    """Return the command that starts the assistant `name`."""
    return Command(
        name,
        f"start {name}, in a directory, with further arguments",
        "assistants.start_assistant",
        section=Section.ASSISTANTS,
        usage="[DIRECTORY] [ARGUMENT…]",
        example="~/project",
        menus=menus,
    )


_assistant = partial(Command, section=Section.ASSISTANTS)
_terminal = partial(Command, section=Section.TERMINALS)
_screen = partial(Command, section=Section.SCREEN)
_typing = partial(Command, section=Section.TYPING, needs_terminal=True)
_macro = partial(Command, section=Section.MACROS)
_file = partial(Command, section=Section.FILES)
_bot = partial(Command, section=Section.BOT)

TERMINALS = (
    _terminal("xterm", "open a terminal", handler="terminal.open_first", menus=IDLE),
    _terminal(
        "new",
        "open another terminal and use it here",
        handler="terminal.open_another",
        usage="[NAME]",
        example="build",
        menus=OPEN,
    ),
    _terminal(
        "list",
        "show the open terminals, to choose one",
        handler="terminal.list_terminals",
        menus=OPEN,
    ),
    _terminal(
        "use",
        "use another open terminal here",
        handler="terminal.use_terminal",
        usage="NAME",
        example="build",
    ),
    _terminal(
        "close",
        "close a terminal with all that runs in it",
        handler="terminal.close_terminal",
        usage="[NAME]",
        menus=OPEN,
    ),
    _terminal(
        "size",
        "tell the size of terminals, or change it",
        handler="look.change_size",
        usage="[COLUMNSxROWS|default]",
        example="80x24",
    ),
)
ASSISTANTS = (
    *(assistant_command(name, IDLE) for name in ("claude", "copilot", "codex")),
    *(assistant_command(name) for name in ("gemini", "opencode", "cursor")),
    _assistant(
        "projects",
        "pick a project to work in",
        handler="projects.list_projects",
        menus=IDLE,
    ),
    _assistant(
        "startup",
        "tell what is typed when the assistant has started, set it, or delete it",
        handler="startup.change_startup",
        usage="[TEXT|delete]",
        example="read the notes and tell what is next",
    ),
    _assistant("coders", "list the assistants", handler="coders.list_coders"),
    _assistant(
        "addcoder",
        "add an assistant of your own, started by /NAME",
        handler="coders.add_coder",
        usage="NAME [COMMAND…]",
        example="aider aider --no-auto-commits",
    ),
    _assistant(
        "removecoder",
        "remove an assistant of your own",
        handler="coders.remove_coder",
        usage="NAME",
        example="aider",
    ),
)
SCREEN = (
    _screen(
        "screen",
        "show the screen",
        handler="terminal.show_screen",
        menus=ALWAYS,
        needs_terminal=True,
    ),
    _screen(
        "live",
        "follow the screen all the time, not only after input",
        handler="look.change_following",
        usage="[on|off]",
        example="on",
    ),
    _screen(
        "notify",
        "tell what this terminal calls you for, or change it",
        handler="look.change_notify",
        usage="[all|waiting|off]",
        example="waiting",
        needs_terminal=True,
    ),
    _screen(
        "airplane",
        "show screens as text, or as pictures",
        handler="look.change_mode",
        usage="[on|off|default]",
        example="on",
    ),
    _screen(
        "theme",
        "tell the colours of pictures, or change them",
        handler="look.change_theme",
        usage="[NAME|default]",
        example="light",
    ),
    _screen(
        "font",
        "tell the size of letters in pictures, or change it",
        handler="look.change_font",
        usage="[PIXELS|default]",
        example="18",
    ),
    _screen(
        "keypad",
        "tell the keys under screens, or change them: rows with bars between",
        handler="look.change_keypad",
        usage="[KEYS|default]",
        example="refresh more | esc tab enter ctrl+c | up down",
    ),
    _screen(
        "history",
        "send what has scrolled away, as a file",
        handler="output.send_history",
        usage="[LINES]",
        example="500",
        menus=OPEN,
        needs_terminal=True,
    ),
    _screen(
        "record",
        "record the terminal for asciinema; again to stop and get the file",
        handler="output.toggle_recording",
        needs_terminal=True,
    ),
    _screen(
        "web",
        "send a picture of a page of a local server, by default the last one printed",
        handler="web.show_page",
        usage="[URL] [full] [phone|desktop]",
        example="localhost:3000 full phone",
    ),
)
TYPING = (
    _typing(
        "keys",
        "type text without Enter",
        handler="keyboard.type_keys",
        usage="TEXT",
        example="ls -la",
    ),
    _typing(
        "ctrl",
        "press Control and a key: a letter or one of @ [ \\ ] ^ _ ?",
        handler="keyboard.press_control",
        usage="C",
        example="d",
        urgent_arguments=("c",),
    ),
)
MACROS = (
    _macro(
        "macros",
        "list the macros, with buttons that type them",
        handler="macros.list_macros",
        menus=OPEN,
    ),
    _macro(
        "macro",
        "tell what [NAME] in a message stands for, set it, or delete it",
        handler="macros.change_macro",
        usage="NAME [TEXT|delete]",
        example="tests run all tests and mend what fails",
    ),
)
KEYS = (
    _key("ctrlc", "ctrl+c", "press Control-C at once", menus=OPEN, is_urgent=True),
    _key("esc", "esc", "press Escape", menus=OPEN),
    _key("enter", "enter", "press Enter", menus=OPEN),
    _key("tab", "tab", "press Tab", menus=OPEN),
    _key("up", "up", "press the arrow up", "arrowup"),
    _key("down", "down", "press the arrow down", "arrowdown"),
    _key("left", "left", "press the arrow to the left", "arrowleft"),
    _key("right", "right", "press the arrow to the right", "arrowright"),
    _key("space", "space", "press the space bar"),
    # As in other bots of this kind, /delete is the key that deletes backwards.
    _key("backspace", "backspace", "delete the character before the cursor", "delete"),
    _key("del", "delete", "delete the character under the cursor"),
    _key("home", "home", "press Home"),
    _key("end", "end", "press End"),
    _key("pgup", "pgup", "press Page Up", "pageup"),
    _key("pgdn", "pgdn", "press Page Down", "pagedown"),
    _key("ctrld", "ctrl+d", "press Control-D"),
    _key("ctrlx", "ctrl+x", "press Control-X"),
    *(_key(digit, digit, f"press {digit}") for digit in "123456789"),
    *(_key(f"f{n}", f"f{n}", f"press F{n}") for n in range(1, 13)),
)
VOICE = (
    Command(
        "audiomode",
        "show what was said in a voice message, or type it as a prompt",
        "voice.change_mode",
        section=Section.VOICE,
        usage="[copy|prompt]",
        example="prompt",
    ),
)
FILES: tuple[Command, ...] = (
    _file(
        "get",
        "send files of this machine here; a directory comes as a zip archive",
        handler="files.get_files",
        usage="PATH…",
        example="*.log build/report.pdf",
        menus=ALWAYS,
    ),
    _file(
        "ls",
        "show a directory, with a button for each file",
        handler="files.list_files",
        usage="[PATH]",
        menus=ALWAYS,
    ),
    _file(
        "md",
        "show the newest Markdown files below the directory",
        handler="files.list_notes",
        menus=ALWAYS,
    ),
    _file(
        "media",
        "tell what was sent and received, and try again what failed",
        handler="files.show_media",
        menus=ALWAYS,
    ),
)
BOT = (
    _bot("help", "list the commands", handler="basics.send_reference", menus=ALWAYS),
    _bot("start", "what this bot does", handler="basics.send_welcome", menus=ALWAYS),
    _bot(
        "killbot",
        "stop this bot, after a question",
        handler="killbot.ask_to_kill",
        is_urgent=True,
    ),
)

COMMANDS: tuple[Command, ...] = (
    *TERMINALS,
    *ASSISTANTS,
    *SCREEN,
    *TYPING,
    *MACROS,
    *KEYS,
    *VOICE,
    *FILES,
    *BOT,
)
"""Every command, in the order of /help."""

BY_NAME = {name: command for command in COMMANDS for name in command.names}
"""Every command by its name and by its aliases."""

RESERVED_NAMES = frozenset(BY_NAME)
"""Names that nothing else may take."""


def menu_of(menu: Menu) -> tuple[tuple[str, str], ...]:
    """Return the names and descriptions that belong into `menu`."""
    return tuple((each.name, each.help) for each in COMMANDS if menu in each.menus)


def own_entries(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return names and descriptions of the commands of a user's own assistants."""
    return tuple((name, assistant_command(name).help) for name in names)


def by_section() -> dict[Section, tuple[Command, ...]]:
    """Return the commands of every section that has some."""
    groups = {
        section: tuple(each for each in COMMANDS if each.section is section)
        for section in Section
    }
    return {section: group for section, group in groups.items() if group}
