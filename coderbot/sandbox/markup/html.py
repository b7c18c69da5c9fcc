"""Telegram's HTML."""

import re
from dataclasses import dataclass, field

from coderbot.sandbox.markup.builder import Builder, MarkupError, byte_offset

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
_ATTRIBUTE = re.compile(r"([a-zA-Z][\w-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|(\S+)))?")
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


@dataclass(slots=True)
class _Open:
    tag: str
    start: int
    attributes: dict[str, str]
    language: str = ""


@dataclass(slots=True)
class _Reader:
    source: str
    built: Builder = field(default_factory=Builder)
    stack: list[_Open] = field(default_factory=list)

    def read(self) -> Builder:
        at = 0
        while at < len(self.source):
            if self.source[at] == "<":
                at = self._tag(at)
            else:
                end = self.source.find("<", at)
                end = len(self.source) if end < 0 else end
                self.built.add(unescape(self.source[at:end]))
                at = end
        if self.stack:
            tag = self.stack[-1].tag
            raise MarkupError(f'Can\'t find end tag corresponding to start tag "{tag}"')
        return self.built

    def _tag(self, at: int) -> int:
        found = _TAG.match(self.source, at)
        where = byte_offset(self.source, at)
        if found is None:
            bare = re.match(r"</?([a-zA-Z0-9-]*)", self.source[at:])
            name = bare[1] if bare else ""
            raise MarkupError(f'Unsupported start tag "{name}" at byte offset {where}')
        name = found[2].lower()
        if found[1]:
            self._close(name, where)
        else:
            self._open(name, found[3], where)
        return found.end()

    def _open(self, name: str, rest: str, where: int) -> None:
        attributes = _attributes(rest)
        if name not in _TAGS:
            raise MarkupError(f'Unsupported start tag "{name}" at byte offset {where}')
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise MarkupError(
                f'Tag "span" must have class "tg-spoiler" at byte offset {where}'
            )
        self.stack.append(_Open(name, self.built.offset, attributes))

    def _close(self, name: str, where: int) -> None:
        if not self.stack:
            raise MarkupError(f"Unexpected end tag at byte offset {where}")
        opened = self.stack.pop()
        if opened.tag != name:
            raise MarkupError(
                f"Unmatched end tag at byte offset {where}, "
                f'expected "</{opened.tag}>", found "</{name}>"'
            )
        self._mark(opened)

    def _mark(self, opened: _Open) -> None:
        kind, extra = _TAGS[opened.tag], {}
        outer = self.stack[-1] if self.stack else None
        if opened.tag == "code" and outer is not None and outer.tag == "pre":
            language = opened.attributes.get("class", "")
            outer.language = language.removeprefix("language-")
            return
        if opened.tag == "pre" and opened.language:
            extra["language"] = opened.language
        elif opened.tag == "a":
            kind, extra = _link(opened, self.built)
        elif opened.tag == "blockquote" and "expandable" in opened.attributes:
            kind = "expandable_blockquote"
        elif opened.tag == "tg-emoji":
            extra["custom_emoji_id"] = opened.attributes.get("emoji-id", "")
        if kind:
            self.built.mark(kind, opened.start, **extra)


def _link(opened: _Open, built: Builder) -> tuple[str, dict[str, str]]:
    """Return the kind of entity of an `a` (empty: none) and its fields."""
    url = opened.attributes.get("href", "")
    url = url or built.text.encode("utf-16-le")[opened.start * 2 :].decode("utf-16-le")
    return link_entity(url)


def link_entity(url: str) -> tuple[str, dict[str, str]]:
    """Return the kind of entity of a link to `url` (empty: none) and its fields."""
    url = url.strip()
    if re.match(r"(?i)(https?|tg|ton)://\S+$", url):
        return "text_link", {"url": url}
    if re.match(r"[\w-]+(\.[\w-]+)+([/?#]\S*)?$", url):
        return "text_link", {"url": f"http://{url}"}
    return "", {}


def _attributes(rest: str) -> dict[str, str]:
    return {
        found[1].lower(): unescape(found[2] or found[3] or found[4] or "")
        for found in _ATTRIBUTE.finditer(rest)
    }


def unescape(text: str) -> str:
    """Replace the character references that Telegram knows; others stay."""

    def one(found: re.Match[str]) -> str:
        if found[3]:
            return _NAMED[found[3]]
        code = int(found[1]) if found[1] else int(found[2], 16)
        valid = 0 < code < 0x110000 and not 0xD800 <= code < 0xE000
        return chr(code) if valid else found[0]

    return _REFERENCE.sub(one, text)


def parse_html(source: str) -> Builder:
    """Return the text and entities of Telegram's HTML.

    Raises:
        MarkupError: For unknown, unclosed or crossed tags.
    """
    return _Reader(source).read()
