"""Every key of the dashboard, in one place: bindings, help and palette read it."""

from collections.abc import Iterator
from dataclasses import dataclass

from textual.binding import Binding


def _key(
    key: str, action: str, name: str, words: str, tooltip: str, *, show: bool = True
) -> Binding:
    return Binding(key, action, words, show=show, tooltip=tooltip, id=name)


BOT_KEYS = (
    _key(
        "r",
        "command('restart')",
        "bot.restart",
        "Restart",
        "Stop the selected bot and start it at once",
    ),
    _key("s", "command('start')", "bot.start", "Start", "Start the selected bot"),
    _key(
        "x", "command('stop')", "bot.stop", "Stop", "Stop the selected bot gracefully"
    ),
    _key(
        "X",
        "command('kill')",
        "bot.kill",
        "Kill",
        "Kill the selected bot and what it started (asks first)",
    ),
    _key(
        "c",
        "command('clean')",
        "bot.clean",
        "Clean",
        "Delete its sent, received and failed files (asks first)",
    ),
)
"""What can be done to the selected bot."""

LOG_KEYS = (
    _key(
        "a",
        "log('merge')",
        "log.merge",
        "Merge",
        "Lines of all bots, or of the selected one only",
    ),
    _key("slash", "log('search')", "log.search", "Search", "Search the log"),
    _key(
        "t",
        "log('times')",
        "log.times",
        "Times",
        "Show or hide when each line came (UTC)",
    ),
    _key("w", "log('wrap')", "log.wrap", "Wrap", "Wrap long lines, or cut them"),
    _key(
        "z",
        "log('zoom')",
        "log.zoom",
        "Zoom",
        "Give the log the whole screen, or take it back",
    ),
    _key(
        "n",
        "log('newer')",
        "log.newer",
        "Next match",
        "Go to the next match, towards newer lines",
        show=False,
    ),
    _key(
        "N",
        "log('older')",
        "log.older",
        "Previous match",
        "Go to the next match, towards older lines",
        show=False,
    ),
    _key(
        "escape",
        "log('leave')",
        "log.leave",
        "Leave search",
        "Leave the search, forget its text",
        show=False,
    ),
    _key(
        "G,end",
        "log('end')",
        "log.end",
        "Follow",
        "Go to the newest line, and follow",
    ),
    _key(
        "g,home",
        "log('home')",
        "log.home",
        "Oldest line",
        "Go to the oldest line",
        show=False,
    ),
    _key(
        "pageup",
        "log('page_up')",
        "log.page_up",
        "Page up",
        "Scroll the log one page up; ends following",
        show=False,
    ),
    _key(
        "pagedown",
        "log('page_down')",
        "log.page_down",
        "Page down",
        "Scroll the log one page down",
        show=False,
    ),
)
"""What can be done to the log, wherever the focus is."""

TABLE_KEYS = (
    _key(
        "j,down",
        "cursor_down",
        "table.down",
        "Next bot",
        "Select the next bot",
        show=False,
    ),
    _key(
        "k,up",
        "cursor_up",
        "table.up",
        "Previous bot",
        "Select the bot before",
        show=False,
    ),
    _key(
        "enter",
        "select_cursor",
        "table.choose",
        "Only its lines",
        "Show only the lines of the selected bot",
        show=False,
    ),
)
"""Keys of the table, while it has the focus."""

SCROLL_KEYS = (
    _key(
        "j,down",
        "scroll('down')",
        "lines.down",
        "Line down",
        "Scroll one line down",
        show=False,
    ),
    _key(
        "k,up",
        "scroll('up')",
        "lines.up",
        "Line up",
        "Scroll one line up; ends following",
        show=False,
    ),
)
"""Keys of the log, while it has the focus."""

APP_KEYS = (
    _key("question_mark,f1", "app.help", "app.help", "Help", "List all keys"),
    _key(
        "d",
        "app.detach",
        "app.detach",
        "Detach",
        "Leave; the bots keep running (only where it was attached)",
    ),
    _key("q", "app.quit", "app.quit", "Quit", "Stop all bots and quit"),
    _key(
        "T",
        "app.toggle_look",
        "app.look",
        "Dark/light",
        "Change between the dark and the light look",
        show=False,
    ),
    _key(
        "y",
        "app.copy",
        "app.copy",
        "Copy",
        "Copy selected text, or else the note in the header",
        show=False,
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
        tooltip="Stop all bots and quit, from any screen",
    ),
)
"""Keys that work on every screen, in every field."""

MAIN_KEYS = (*BOT_KEYS, *LOG_KEYS[:2], *APP_KEYS, *LOG_KEYS[2:])
"""Keys of the main screen, in the order of the footer: on a narrow screen its end
is cut off."""

STOPPING_KEYS = (
    _key(
        "X",
        "kill_now",
        "stopping.kill",
        "Kill now",
        "Kill what is left, without waiting",
    ),
)
"""Keys of the progress screen."""

CONFIRM_KEYS = (
    _key("y", "answer(True)", "confirm.yes", "Yes", "Do it"),
    _key("n,escape", "answer(False)", "confirm.no", "No", "Leave it"),
    _key(
        "left,h",
        "app.focus_previous",
        "confirm.left",
        "Left",
        "Go to the button on the left",
        show=False,
    ),
    _key(
        "right,l",
        "app.focus_next",
        "confirm.right",
        "Right",
        "Go to the button on the right",
        show=False,
    ),
)
"""Keys of a question."""

HELP_KEYS = (
    _key("escape,q,question_mark,f1", "leave", "help.leave", "Close", "Close the help"),
)
"""Keys of the help screen."""

SEARCH_KEYS = (
    _key(
        "escape",
        "leave",
        "search.leave",
        "Close",
        "Leave the search, forget its text",
        show=False,
    ),
)
"""Keys of the search field."""


@dataclass(frozen=True, slots=True)
class Group:
    """Keys that stand together in the help."""

    title: str
    keys: tuple[Binding, ...]


GROUPS = (
    Group("Selected bot", BOT_KEYS),
    Group("Table (Tab goes to the log)", TABLE_KEYS),
    Group("Log", LOG_KEYS),
    Group("Log, while it has the focus", SCROLL_KEYS),
    Group("Dashboard", APP_KEYS + QUIT_KEYS),
    Group("While the fleet is being stopped", STOPPING_KEYS),
)
"""The help, in order."""

_SHOWN = {
    "question_mark": "?",
    "slash": "/",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "down": "↓",
    "up": "↑",
    "ctrl+q": "^q",
    "ctrl+c": "^c",
}


def shown(binding: Binding) -> str:
    """Return the keys of a binding as a person reads them: `g  Home`."""
    return "  ".join(_shown(key) for key in binding.key.split(","))


def _shown(key: str) -> str:
    return _SHOWN.get(key, key if len(key) == 1 else key.capitalize())


def palette() -> Iterator[Binding]:
    """Yield the bindings that the command palette offers."""
    yield from (*BOT_KEYS, *LOG_KEYS, *APP_KEYS)
