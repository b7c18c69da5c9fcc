"""Foreign text as it may stand in a message (pure)."""

import re
import unicodedata

_MAX_CHARS = 200
_ESCAPES = re.compile(
    r"\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b\[[0-?]*[ -/]*[@-~]|\x1b.?"
)


def one_line(text: str, limit: int = _MAX_CHARS) -> str:
    """Return `text` as one line without anything invisible, cut to `limit` characters."""
    text = _ESCAPES.sub("", text)
    kept = "".join(_shown(character) for character in text).strip()
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def _shown(character: str) -> str:
    if character.isspace():
        return " "
    # Format characters (Cf) include those that turn the order of a line round.
    return "" if unicodedata.category(character).startswith("C") else character
