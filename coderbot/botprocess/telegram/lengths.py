"""Lengths as Telegram counts them: in UTF-16 units (pure)."""

from itertools import accumulate

MAX_TEXT_UNITS = 4_096
"""Longest text of a message, in UTF-16 units."""
MAX_TOAST_UNITS = 200
"""Longest answer to a button, in UTF-16 units."""


def utf16_units(text: str) -> int:
    """Return the length of `text` in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut_end(text: str, limit: int = MAX_TEXT_UNITS) -> str:
    """Return `text`, its end replaced by `…` when it is longer than `limit`."""
    if utf16_units(text) <= limit:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[: (limit - 1) * 2]
    return kept.decode("utf-16-le", "ignore") + "…"


def pages_of(text: str, limit: int = MAX_TEXT_UNITS) -> tuple[str, ...]:
    """Return `text` in pieces of at most `limit`, parted between words if possible."""
    pages: list[str] = []
    while utf16_units(text) > limit:
        piece = text[: _fitting(text, limit)]
        whole_words = piece.rpartition(" ")[0] or piece
        pages.append(whole_words)
        text = text[len(whole_words) :].lstrip()
    return (*pages, text)


def keep_end(text: str, limit: int = MAX_TEXT_UNITS) -> str:
    """Return `text` without its first lines when it is longer than `limit`."""
    if utf16_units(text) <= limit:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[-(limit - 1) * 2 :]
    tail = kept.decode("utf-16-le", "ignore")
    _, newline, whole_lines = tail.partition("\n")
    return "…" + (newline + whole_lines if newline else tail)


def _fitting(text: str, limit: int) -> int:
    """Return how many characters of the beginning of `text` have `limit` units."""
    units = accumulate(2 if each > "\uffff" else 1 for each in text[:limit])
    return sum(so_far <= limit for so_far in units)
