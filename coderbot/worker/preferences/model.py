"""What a user can choose (pure). A field that is None follows the settings."""

from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

Mode = Literal["picture", "text"]
"""How screens are shown."""
NotifyLevel = Literal["all", "waiting", "off"]
"""Which events of a terminal become a message that rings."""
NOTIFY_LEVELS: tuple[NotifyLevel, ...] = get_args(NotifyLevel)

MIN_COLUMNS, MAX_COLUMNS = 20, 500
MIN_ROWS, MAX_ROWS = 5, 300
MIN_FONT_PX, MAX_FONT_PX = 6, 48

AudioMode = Literal["copy", "prompt"]
"""What happens to what was said in a voice message."""

Columns = Annotated[int, Meta(ge=MIN_COLUMNS, le=MAX_COLUMNS)]
Rows = Annotated[int, Meta(ge=MIN_ROWS, le=MAX_ROWS)]
FontSize = Annotated[int, Meta(ge=MIN_FONT_PX, le=MAX_FONT_PX)]


class Preferences(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The choices of one user; a new choice is one more field with a default."""

    mode: Mode | None = None
    theme: str | None = None
    """Name of the colours of pictures."""
    size: tuple[Columns, Rows] | None = None
    """Columns and rows of terminals, in cells."""
    font_size_px: FontSize | None = None
    keypad: tuple[tuple[str, ...], ...] | None = None
    """Rows of keys under the screen, by their names on the keypad."""
    live: bool | None = None
    """Follow the screen all the time, not only after input."""
    notify: dict[str, NotifyLevel] = {}
    """By the name of the terminal."""
    coders: dict[str, str] = {}
    """Commands of own assistants, by their names."""
    startup: dict[str, str] = {}
    """What is typed when an assistant has started, by its name."""
    macros: dict[str, str] = {}
    """What `[name]` in a message stands for, by the name."""
    audio_mode: AudioMode | None = None
    menu: str = ""
    """Digest of the menu that the chat was last given; empty when it has none."""
    revision: int = 0
    """Grows with each change, where several hosts share them; 0 on one host alone."""


def merged(older: Preferences, newer: Preferences) -> Preferences:
    """Return what `newer` says, and where it says nothing what `older` does."""
    defaults = msgspec.structs.asdict(Preferences())
    values = msgspec.structs.asdict(older)
    for name, value in msgspec.structs.asdict(newer).items():
        if isinstance(value, dict):
            values[name] = values[name] | value
        elif value != defaults[name]:
            values[name] = value
    return Preferences(**values)


def changed(before: Preferences, values: dict[str, object]) -> Preferences:
    """Return `before` with other values.

    Raises:
        ValueError: When a value is not what its field takes.
    """
    known = msgspec.structs.asdict(before)
    if unknown := values.keys() - known.keys():
        raise ValueError(f"no such preference: {', '.join(sorted(unknown))}")
    return msgspec.convert(known | values, Preferences)
