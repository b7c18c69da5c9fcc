"""Telegram's MarkdownV2: nesting, and every special character escaped."""

from dataclasses import dataclass, field

from coderbot.sandbox.markup.builder import Builder, MarkupError, byte_offset
from coderbot.sandbox.markup.html import link_entity
from coderbot.sandbox.markup.markdown import split_language

_RESERVED = "_*[]()~`>#+-=|{}.!"
_PAIRS = {
    "__": "underline",
    "||": "spoiler",
    "*": "bold",
    "_": "italic",
    "~": "strikethrough",
}


@dataclass(slots=True)
class _Open:
    marker: str
    start: int
    at: int


@dataclass(slots=True)
class _Reader:
    source: str
    at: int = 0
    built: Builder = field(default_factory=Builder)
    stack: list[_Open] = field(default_factory=list)
    quote: int | None = None

    def read(self) -> Builder:
        while self.at < len(self.source):
            self._step()
        self._end_quote()
        if self.stack:
            raise self._endless(self.stack[-1].at)
        return self.built

    def _step(self) -> None:
        char = self.source[self.at]
        following = self.source[self.at + 1 : self.at + 2]
        if char == "\\" and following and ord(following) < 127:
            self._text(following, 2)
        elif char == "\n":
            self._newline()
        elif char == "`":
            self._code()
        elif char == "[" or self.source.startswith("![", self.at):
            self._open("[", 1 if char == "[" else 2)
        elif char == "]" and any(o.marker == "[" for o in self.stack):
            self._close_link()
        elif char == ">" and self._line_start():
            self._quote()
        elif self._pair():
            return
        elif char in _RESERVED:
            raise MarkupError(
                f"Character '{char}' is reserved and must be escaped "
                "with the preceding '\\'"
            )
        else:
            self._text(char, 1)

    def _text(self, text: str, used: int) -> None:
        self.built.add(text)
        self.at += used

    def _line_start(self) -> bool:
        return self.at == 0 or self.source[self.at - 1] == "\n"

    def _newline(self) -> None:
        if self.quote is not None and not self.source.startswith("\n>", self.at):
            self._end_quote()
        self._text("\n", 1)

    def _quote(self) -> None:
        if self.quote is None:
            self.quote = self.built.offset
        self.at += 1

    def _end_quote(self) -> None:
        if self.quote is not None:
            kind = "blockquote"
            self.built.mark(kind, self.quote)
            self.quote = None

    def _pair(self) -> bool:
        for marker, kind in _PAIRS.items():
            if not self.source.startswith(marker, self.at):
                continue
            if self.stack and self.stack[-1].marker == marker:
                self.built.mark(kind, self.stack.pop().start)
                self.at += len(marker)
            elif any(o.marker == marker for o in self.stack):
                raise self._endless(self.stack[-1].at)
            else:
                self._open(marker, len(marker))
            return True
        return False

    def _open(self, marker: str, used: int) -> None:
        self.stack.append(_Open(marker, self.built.offset, self.at))
        self.at += used

    def _code(self) -> None:
        fence = "```" if self.source.startswith("```", self.at) else "`"
        start, opened = self.at + len(fence), self.at
        end = start
        while not self.source.startswith(fence, end):
            if end >= len(self.source):
                raise self._endless(opened)
            end += 2 if self.source[end] == "\\" else 1
        body = self.source[start:end].replace("\\`", "`").replace("\\\\", "\\")
        language, body = split_language(body) if fence == "```" else ("", body)
        offset = self.built.offset
        self.built.add(body)
        extra = {"language": language} if language else {}
        self.built.mark("pre" if fence == "```" else "code", offset, **extra)
        self.at = end + len(fence)

    def _close_link(self) -> None:
        opened = self.stack.pop()
        if opened.marker != "[":
            raise self._endless(opened.at)
        self.at += 1
        if not self.source.startswith("(", self.at):
            return
        end = self.at + 1
        while not self.source.startswith(")", end):
            if end >= len(self.source):
                raise self._endless(opened.at)
            end += 2 if self.source[end] == "\\" else 1
        url = self.source[self.at + 1 : end].replace("\\)", ")").replace("\\\\", "\\")
        kind, extra = link_entity(url)
        if kind:
            self.built.mark(kind, opened.start, **extra)
        self.at = end + 1

    def _endless(self, at: int) -> MarkupError:
        where = byte_offset(self.source, at)
        return MarkupError(
            f"Can't find end of the entity starting at byte offset {where}"
        )


def parse_markdown2(source: str) -> Builder:
    """Return the text and entities of MarkdownV2.

    Raises:
        MarkupError: When an entity has no end, or a special character no escape.
    """
    return _Reader(source).read()
