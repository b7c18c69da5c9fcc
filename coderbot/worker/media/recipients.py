"""Who gets a file: its folder says so (pure)."""

from collections.abc import Sequence

from coderbot.paths import user_of


def recipients_of(folder: str, allowed: Sequence[int]) -> tuple[int, ...]:
    """Return who gets the files of `folder`; nobody when its user may not use the bot.

    Args:
        folder: Empty for the bot's directory itself: everybody.
        allowed: Users of the bot.
    """
    if not folder:
        return tuple(dict.fromkeys(allowed))
    user_id = user_of(folder)
    return (user_id,) if user_id in allowed and user_id is not None else ()
