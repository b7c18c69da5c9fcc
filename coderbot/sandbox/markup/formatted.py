"""A text as Telegram keeps it: plain, trimmed, with entities."""

from dataclasses import dataclass

from coderbot.sandbox.errors import bad_request
from coderbot.sandbox.jsontypes import Json
from coderbot.sandbox.markup.builder import Builder, MarkupError, units
from coderbot.sandbox.markup.detect import detect
from coderbot.sandbox.markup.html import parse_html
from coderbot.sandbox.markup.markdown import parse_markdown
from coderbot.sandbox.markup.markdown2 import parse_markdown2

_PARSERS = {
    "html": parse_html,
    "markdown": parse_markdown,
    "markdownv2": parse_markdown2,
}
_OPAQUE = {"pre", "code", "text_link", "text_mention", "custom_emoji"}
"""Inside these nothing is detected."""


@dataclass(frozen=True, slots=True)
class Formatted:
    """Plain text, and entities with offsets in UTF-16 units."""

    text: str
    entities: list[Json]

    @property
    def length(self) -> int:
        """Length in UTF-16 units."""
        return units(self.text)


def format_text(
    source: str, parse_mode: str = "", entities: list[Json] | None = None
) -> Formatted:
    """Return what Telegram makes of a text.

    Args:
        source: Text as the bot sent it.
        parse_mode: HTML, Markdown, MarkdownV2 in any case; empty for plain text.
        entities: Explicit entities; used when there is no `parse_mode`.

    Raises:
        ApiError: 400 when the markup cannot be read.
    """
    built = _parse(source, parse_mode, entities or [])
    text, marks = _trim(built.text, built.ordered())
    opaque = [mark for mark in marks if mark["type"] in _OPAQUE]
    marks = [*marks, *detect(text, opaque)]
    marks.sort(key=lambda e: (e["offset"], -e["length"]))
    return Formatted(text, marks)


def _parse(source: str, parse_mode: str, entities: list[Json]) -> Builder:
    # A bare surrogate can come in by JSON escapes; no text can carry it further.
    source = source.encode(errors="replace").decode()
    source = source.replace("\r\n", "\n").replace("\0", "")
    if not parse_mode or parse_mode.lower() == "none":
        return Builder(source, units(source), [dict(e) for e in entities])
    parser = _PARSERS.get(parse_mode.lower())
    if parser is None:
        raise bad_request("unsupported parse_mode")
    try:
        return parser(source)
    except MarkupError as error:
        raise bad_request(f"can't parse entities: {error}") from None


def _trim(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Drop blanks around the text, but none that stand inside an entity in front."""
    first = entities[0]["offset"] if entities else len(text)
    lead = 0
    while lead < min(first, len(text)) and text[lead] in " \n":
        lead += 1
    text = text[lead:].rstrip(" \n\t")
    size = units(text)
    kept = []
    for entity in entities:
        start = entity["offset"] - lead
        length = min(start + entity["length"], size) - start
        if start >= 0 and length > 0:
            kept.append(entity | {"offset": start, "length": length})
    return text, kept
