"""Text and its entities while they are being read."""

from dataclasses import dataclass, field

from coderbot.sandbox.jsontypes import Json


def units(text: str) -> int:
    """Return the length in UTF-16 units, which is how Telegram counts."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def byte_offset(text: str, index: int) -> int:
    """Return where character `index` stands in UTF-8 bytes, as in Telegram's errors."""
    return len(text[:index].encode(errors="replace"))


class MarkupError(ValueError):
    """Raised when markup cannot be read; the text follows "can't parse entities: "."""


@dataclass(slots=True)
class Builder:
    """Collects text, and entities with offsets in UTF-16 units."""

    text: str = ""
    offset: int = 0
    """Length of `text` in UTF-16 units."""
    entities: list[Json] = field(default_factory=list)

    def add(self, text: str) -> None:
        """Append plain text."""
        self.text += text
        self.offset += units(text)

    def mark(self, kind: str, start: int, **extra: str) -> None:
        """Add an entity from `start` (UTF-16 units) to the end of the text.

        An empty one is dropped.
        """
        length = self.offset - start
        if length > 0:
            entity = {"type": kind, "offset": start, "length": length}
            self.entities.append(entity | extra)

    def ordered(self) -> list[Json]:
        """Return the entities in reading order, outer ones first."""
        return sorted(self.entities, key=lambda e: (e["offset"], -e["length"]))
