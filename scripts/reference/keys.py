"""The page about the keys of the dashboard."""

from collections.abc import Iterable

from textual.binding import Binding

from coderbot.tui.keys import (
    CHOICE_KEYS,
    CLEAN_KEYS,
    CONFIRM_KEYS,
    GROUPS,
    HELP_KEYS,
    LEAVE_KEYS,
    SETUP_KEYS,
    Group,
    remappable,
    shown,
)
from scripts.reference.tables import MADE, code, table

_HEAD = """\
# Keys of the dashboard

{made}

`?` shows them in the dashboard itself, `:` finds any of them by its name. `keymap.toml` in the state directory, or in
`~/.config/coderbot/`, gives other keys to what has a name in the last column:

```toml
[keys]
"bot.restart" = "ctrl+r"
"table.down" = ["j", "down", "ctrl+n"]
```

A name that does not exist is refused with the nearest one that does.
"""
_ELSEWHERE = (
    Group("Questions", CONFIRM_KEYS),
    Group("Which files are to be deleted", CLEAN_KEYS),
    Group("A line with a box", CHOICE_KEYS),
    Group("Dialogs with fields", LEAVE_KEYS),
    Group("The help", HELP_KEYS),
    Group("The first run", SETUP_KEYS),
)


def render() -> str:
    """Return the text of the page."""
    parts = [_HEAD.format(made=MADE)]
    for group in (*GROUPS, *_ELSEWHERE):
        titles = ("keys", "title", "does", "name")
        parts.append(f"## {group.title}\n\n{table(titles, _rows(group.keys))}")
    return "\n".join(parts)


def _rows(bindings: Iterable[Binding]) -> Iterable[tuple[str, str, str, str]]:
    movable = {each.id for each in remappable()}
    for each in bindings:
        keys = " ".join(map(code, shown(each).split("  ")))
        name = each.id if each.id in movable else ""
        yield keys, each.description, each.tooltip, code(name or "")
