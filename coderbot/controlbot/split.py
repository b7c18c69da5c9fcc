"""Long texts as several messages (pure)."""

from coderbot.botprocess.telegram.lengths import MAX_TEXT_UNITS, utf16_units


def split_text(text: str, limit: int = MAX_TEXT_UNITS) -> list[str]:
    """Return `text` in parts of at most `limit` UTF-16 units, cut at ends of lines.

    A line that is too long by itself is cut where it must be.
    """
    parts: list[str] = []
    for line in text.split("\n"):
        for piece in _pieces(line, limit):
            joined = f"{parts[-1]}\n{piece}" if parts else piece
            if parts and utf16_units(joined) <= limit:
                parts[-1] = joined
            else:
                parts.append(piece)
    return [part for part in parts if part.strip()]


def _pieces(line: str, limit: int) -> list[str]:
    if utf16_units(line) <= limit:
        return [line]
    pieces, piece, used = [], "", 0
    for character in line:
        width = utf16_units(character)
        if used + width > limit:
            pieces.append(piece)
            piece, used = "", 0
        piece, used = piece + character, used + width
    return [*pieces, piece]
