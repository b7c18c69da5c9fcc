"""How a key is bound: with an id for the keymap, and words for the help."""

from textual.binding import Binding


def key(keys: str, action: str, name: str, words: str, tooltip: str) -> Binding:
    """Return a binding that stands in the footer.

    Args:
        keys: With commas between.
        action: What it does.
        name: Its id, for the keymap.
        words: Its name in the footer and the palette.
        tooltip: What it does, for the help.
    """
    return Binding(keys, action, words, tooltip=tooltip, id=name)


def hidden(keys: str, action: str, name: str, words: str, tooltip: str) -> Binding:
    """Return a binding for which the footer has no room."""
    return Binding(keys, action, words, show=False, tooltip=tooltip, id=name)
