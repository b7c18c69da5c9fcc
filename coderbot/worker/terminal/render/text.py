"""Screens as plain text (pure)."""

from coderbot.worker.terminal.screen import Screen

MAX_UNITS = 4096
"""Telegram takes no longer message; counted in UTF-16 units."""


def screen_text(screen: Screen, limit: int = MAX_UNITS) -> str:
    """Return the characters of a screen, without blanks and empty rows at the end.

    What is too long loses whole rows: from the top first, where the oldest are,
    but never the row of a visible cursor, where things happen.

    Args:
        screen: What to show.
        limit: Most UTF-16 units of the result.
    """
    rows = screen.text().split("\n")
    sizes = [_units(row) + 1 for row in rows]
    first, last = 0, len(rows)
    keep = screen.cursor.y if screen.cursor.visible else last
    size = sum(sizes) - 1
    while size > limit and first < min(keep, last - 1):
        size -= sizes[first]
        first += 1
    while size > limit and last - 1 > first:
        last -= 1
        size -= sizes[last]
    return "\n".join(rows[first:last]) if size <= limit else _cut(rows[first], limit)


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _cut(text: str, limit: int) -> str:
    return text.encode("utf-16-le")[-2 * limit :].decode("utf-16-le", "ignore")
