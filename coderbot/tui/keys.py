"""Every key of the dashboard but those of the log; help and palette read it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from textual.binding import Binding

from coderbot.tui.binding import hidden, key
from coderbot.tui.logkeys import LOG_KEYS, SCROLL_KEYS, SEARCH_KEYS

BOT_KEYS = (
    key("r", "command('restart')", "bot.restart", "Restart", "Restart it at once"),
    key("s", "command('start')", "bot.start", "Start", "Start it"),
    key("x", "command('stop')", "bot.stop", "Stop", "Stop it gracefully"),
    key(
        "X",
        "command('kill')",
        "bot.kill",
        "Kill",
        "Kill it and what it started (asks first)",
    ),
    key(
        "c",
        "command('clean')",
        "bot.clean",
        "Clean",
        "Delete its sent, received or failed files (asks first)",
    ),
    hidden(
        "delete",
        "command('remove')",
        "bot.remove",
        "Remove",
        "Take its token out of the .env (asks first)",
    ),
)
"""What can be done to the selected bot, or to all that are marked."""

FLEET_KEYS = (
    hidden(
        "R",
        "fleet('roll')",
        "fleet.roll",
        "Restart all",
        "One after another, each READY before the next",
    ),
    hidden(
        "S", "fleet('stop')", "fleet.stop", "Stop all", "Stop every bot (asks first)"
    ),
    hidden(
        "a", "fleet('add')", "fleet.add", "Add a bot", "By its token from @BotFather"
    ),
    hidden(
        "u",
        "fleet('reload')",
        "fleet.reload",
        "Reload",
        "Read the .env anew; shows first what that changes",
    ),
)
"""What can be done to the fleet."""

TABLE_KEYS = (
    hidden("j,down", "cursor_down", "table.down", "Next bot", "Select the next bot"),
    hidden("k,up", "cursor_up", "table.up", "Previous bot", "Select the bot before"),
    hidden(
        "enter",
        "select_cursor",
        "table.choose",
        "Details",
        "Settings, runs, terminals and files of the bot",
    ),
    hidden("space", "mark", "table.mark", "Mark", "Mark it, for the keys above"),
)
"""Keys of the table, while it has the focus."""

VIEW_KEYS = (
    hidden("M", "table('mark_all')", "table.mark_all", "Mark all", "Mark all, or none"),
    key(
        "f",
        "table('filter')",
        "table.filter",
        "Filter",
        "Only bots with these words; !word: without it",
    ),
    hidden(
        "greater_than_sign",
        "table('sort_next')",
        "table.sort_next",
        "Sort by next column",
        "Or click its title; again turns the order around",
    ),
    hidden(
        "less_than_sign",
        "table('sort_last')",
        "table.sort_last",
        "Sort by last column",
        "The column on the left",
    ),
    hidden("I", "table('invert')", "table.invert", "Invert", "Turn the order around"),
)
"""What can be done to the table, wherever the focus is."""

APP_KEYS = (
    key("question_mark,f1", "app.help", "app.help", "Help", "List all keys"),
    key("q", "app.quit", "app.quit", "Quit", "Stop all bots and quit; attached: leave"),
    key(
        "D",
        "app.detach",
        "app.detach",
        "Detach",
        "Leave; the bots keep running without a dashboard",
    ),
    hidden(
        "colon,ctrl+p",
        "app.command_palette",
        "app.palette",
        "Palette",
        "Find any of these by its name",
    ),
    hidden(
        "T",
        "app.toggle_look",
        "app.look",
        "Dark/light",
        "Change between the dark and the light look",
    ),
)
"""What can be done to the whole."""

QUIT_KEYS = (
    Binding(
        "ctrl+q,ctrl+c",
        "quit",
        "Quit",
        show=False,
        priority=True,
        id="app.quit_always",
        tooltip="The same, from any screen",
    ),
)
"""Keys that work on every screen, in every field."""

MAIN_KEYS = (
    *BOT_KEYS[:4],
    *LOG_KEYS[:1],
    *APP_KEYS[:3],
    *BOT_KEYS[4:],
    *VIEW_KEYS,
    *LOG_KEYS[1:],
    *FLEET_KEYS,
    *APP_KEYS[3:],
)
"""Keys of the main screen, in the order of the footer: on a narrow screen its end
is cut off."""

STOPPING_KEYS = (
    key(
        "X",
        "kill_now",
        "stopping.kill",
        "Kill now",
        "Kill what is left, without waiting",
    ),
)
"""Keys of the progress screen."""

CONFIRM_KEYS = (
    key("y", "answer(True)", "confirm.yes", "Yes", "Do it"),
    key("n,escape", "answer(False)", "confirm.no", "No", "Leave it"),
    hidden("left,h", "app.focus_previous", "confirm.left", "Left", "The left button"),
    hidden("right,l", "app.focus_next", "confirm.right", "Right", "The right button"),
)
"""Keys of a question."""

CLEAN_KEYS = (
    hidden("1", "choose(0)", "clean.first", "First", "Choose the first folder"),
    hidden("2", "choose(1)", "clean.second", "Second", "Choose the second folder"),
    hidden("3", "choose(2)", "clean.third", "Third", "Choose the third folder"),
    hidden("e", "everything", "clean.all", "Everything", "Choose all, or none"),
)
"""Keys of the question which files are to be deleted."""

CHOICE_KEYS = (
    hidden("space,enter", "toggle_choice", "choice.toggle", "Choose", "Or not"),
)
"""Keys of a line with a box."""

LEAVE_KEYS = (hidden("escape", "leave", "dialog.leave", "Close", "Close the dialog"),)
"""Keys of a dialog with fields."""

SETUP_KEYS = (
    key("ctrl+t", "demo", "setup.demo", "Demo", "Try everything without a token"),
    key("escape,ctrl+q,ctrl+c", "leave", "setup.leave", "Leave", "Run nothing"),
)
"""Keys of the first run."""

HELP_KEYS = (
    hidden(
        "escape,q,question_mark,f1", "leave", "help.leave", "Close", "Close the help"
    ),
)
"""Keys of the help screen."""

DETAIL_KEYS = (
    key("escape,q,enter", "leave", "detail.leave", "Back", "Back to all bots"),
    key("left,h", "tab(-1)", "detail.last", "Left", "The page on the left"),
    key("right,l", "tab(1)", "detail.next", "Right", "The page on the right"),
    hidden("j,down", "scroll(1)", "detail.down", "Down", "Scroll down"),
    hidden("k,up", "scroll(-1)", "detail.up", "Up", "Scroll up"),
    hidden("pagedown", "scroll(20)", "detail.page_down", "Page down", "A page down"),
    hidden("pageup", "scroll(-20)", "detail.page_up", "Page up", "A page up"),
)
"""Keys of the details of a bot."""


@dataclass(frozen=True, slots=True)
class Group:
    """Keys that stand together in the help."""

    title: str
    keys: tuple[Binding, ...]


GROUPS = (
    Group("Selected or marked bots", BOT_KEYS),
    Group("Fleet", FLEET_KEYS),
    Group("Table", TABLE_KEYS + VIEW_KEYS),
    Group("Log", LOG_KEYS),
    Group("Log, while it has the focus (Tab)", SCROLL_KEYS),
    Group("In the field of the search", SEARCH_KEYS),
    Group("Details of a bot", DETAIL_KEYS),
    Group("Dashboard", APP_KEYS + QUIT_KEYS),
    Group("While the fleet is being stopped", STOPPING_KEYS),
)
"""The help, in order."""

_SHOWN = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
    "delete": "Del",
}


def shown(binding: Binding, keymap: Mapping[str, str] = {}) -> str:
    """Return the keys of a binding as a person reads them: `g  Home`.

    Args:
        binding: It.
        keymap: Other keys by the id of their binding.
    """
    keys = (keymap or {}).get(binding.id or "", binding.key)
    return "  ".join(_shown(each.strip()) for each in keys.split(","))


def named(key: str) -> str:
    """Return the name that Textual has for a key: `question_mark` for `?`."""
    names = {sign: name for name, sign in _SHOWN.items() if len(sign) == 1}
    return names.get(key, key.strip())


def _shown(name: str) -> str:
    if name.startswith("ctrl+"):
        return f"^{name[5:]}"
    return _SHOWN.get(name, name if len(name) == 1 else name.capitalize())


def palette() -> Iterator[Binding]:
    """Yield the bindings of the main screen that the command palette offers."""
    yield from (*BOT_KEYS, *FLEET_KEYS, *VIEW_KEYS, *LOG_KEYS, *APP_KEYS)


def remappable() -> Iterator[Binding]:
    """Yield every binding that a keymap may change."""
    for group in GROUPS:
        yield from group.keys
    yield from (*CONFIRM_KEYS, *LEAVE_KEYS, *HELP_KEYS)
