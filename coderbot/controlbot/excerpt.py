"""Foreign text as it may stand in a message (pure)."""

from coderbot.plaintext import one_line

_MAX_CHARS = 200


def excerpt(text: str, limit: int = _MAX_CHARS) -> str:
    """Return `text` as one line without anything invisible, cut to `limit` characters."""
    kept = one_line(text).strip()
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"
