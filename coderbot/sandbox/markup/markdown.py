"""Telegram's legacy Markdown: no nesting, few escapes."""

import re

from coderbot.sandbox.markup.builder import Builder, MarkupError, byte_offset
from coderbot.sandbox.markup.html import link_entity

_SPECIAL = "_*`["
_KINDS = {"_": "italic", "*": "bold", "`": "code"}


def parse_markdown(source: str) -> Builder:
    """Return the text and entities of legacy Markdown.

    Raises:
        MarkupError: When an entity has no end.
    """
    built = Builder()
    at = 0
    while at < len(source):
        char = source[at]
        if char == "\\" and source[at + 1 : at + 2] in tuple(_SPECIAL):
            built.add(source[at + 1])
            at += 2
        elif char not in _SPECIAL:
            built.add(char)
            at += 1
        elif char == "[":
            at = _link(source, at, built)
        elif source.startswith("```", at):
            at = _pre(source, at, built)
        else:
            end = _find(source, char, at + 1, at)
            _fill(built, _KINDS[char], source[at + 1 : end])
            at = end + 1
    return built


def _find(source: str, what: str, start: int, opened: int) -> int:
    end = source.find(what, start)
    if end < 0:
        where = byte_offset(source, opened)
        raise MarkupError(
            f"Can't find end of the entity starting at byte offset {where}"
        )
    return end


def _fill(built: Builder, kind: str, text: str, **extra: str) -> None:
    start = built.offset
    built.add(text)
    built.mark(kind, start, **extra)


def _pre(source: str, at: int, built: Builder) -> int:
    end = _find(source, "```", at + 3, at)
    language, body = split_language(source[at + 3 : end])
    _fill(built, "pre", body, **({"language": language} if language else {}))
    return end + 3


def split_language(body: str) -> tuple[str, str]:
    """Return the language on the first line of a code block, and the rest."""
    found = re.match(r"([^\s`]+)\n", body)
    if found:
        return found[1], body[found.end() :]
    return "", body.removeprefix("\n")


def _link(source: str, at: int, built: Builder) -> int:
    end = _find(source, "]", at + 1, at)
    text = source[at + 1 : end]
    url, after = text, end + 1
    if source.startswith("(", after):
        close = _find(source, ")", after + 1, at)
        url, after = source[after + 1 : close], close + 1
    kind, extra = link_entity(url)
    if kind:
        _fill(built, kind, text, **extra)
    else:
        built.add(text)
    return after
