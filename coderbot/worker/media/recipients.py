"""Who gets a file: its folder says so (pure)."""

import re
from collections.abc import Sequence

_FOLDER = re.compile(r"to-([1-9][0-9]{0,15})")


def is_folder(name: str) -> bool:
    """Return whether a folder of this name is one user's."""
    return _FOLDER.fullmatch(name) is not None


def recipients_of(folder: str, allowed: Sequence[int]) -> tuple[int, ...]:
    """Return who gets the files of `folder`; nobody when its user may not use the bot.

    Args:
        folder: Empty for the bot's directory itself: everybody.
        allowed: Users of the bot.
    """
    if not folder:
        return tuple(dict.fromkeys(allowed))
    found = _FOLDER.fullmatch(folder)
    user_id = int(found[1]) if found else 0
    return (user_id,) if user_id in allowed else ()
