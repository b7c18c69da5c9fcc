"""The rows of a screen as a reader sees them: without frames (pure)."""

import re
from dataclasses import dataclass

from coderbot.worker.terminal.screen import Screen

_SIDES = "│┃║▌▎▏|"
_LEFT = re.compile(rf"\A\s*[{_SIDES}] ?")
_RIGHT = re.compile(rf"\s*[{_SIDES}]\s*\Z")
_RULE = re.compile(r"\A[\s─━═╌┄╭╮╰╯┌┐└┘├┤╔╗╚╝+\-_▔▁]*\Z")
_COMMAND = re.compile(r"(?:\A|\S)[$#%❯➜] \S")  # noqa: RUF001 - prompts of shells
"""A line in which a shell was given a command."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The text of each row, and where the cursor stands."""

    texts: tuple[str, ...]
    """Without the frame around them; rules are empty."""
    cursor: int | None
    """Row of the cursor; None when it is hidden."""
    before_cursor: str
    """Text to the left of it in its line, with what wraps into that line."""
    behind_cursor: str
    last: int
    """Last row that is not empty; -1 when all are."""

    @classmethod
    def of(cls, screen: Screen) -> "Rows":
        """Return the rows of `screen`."""
        texts = tuple(_unframed(screen.line_text(y)) for y in range(screen.rows))
        last = max((y for y, text in enumerate(texts) if text), default=-1)
        if not screen.cursor.visible:
            return cls(texts, None, "", "", last)
        before, behind = _at_cursor(screen)
        return cls(texts, screen.cursor.y, before, behind, last)

    def above(self, row: int, count: int) -> tuple[str, ...]:
        """Return up to `count` rows above `row`, up to an empty one or a command."""
        found: list[str] = []
        for text in reversed(self.texts[:row]):
            if len(found) == count or not text or _COMMAND.search(text):
                break
            found.append(text.strip())
        return tuple(reversed(found))


def _unframed(text: str) -> str:
    if _RULE.match(text):
        return ""
    inner, count = _LEFT.subn("", text)
    if count:
        inner = _RIGHT.sub("", inner)
        # A bar on one side alone may be text: only signs of drawing count.
        if inner == text or (text.lstrip()[0] == "|" and not text.endswith("|")):
            return text.rstrip()
        return inner.rstrip()
    return text.rstrip()


def _at_cursor(screen: Screen) -> tuple[str, str]:
    """Return the text before and behind the cursor, the frame left out before it."""
    x, y = screen.cursor.x, screen.cursor.y
    before, behind, column = "", "", 0
    for run in screen.lines[y]:
        for text, width in run.cells():
            if column < x:
                before += text
            else:
                behind += text
            column += width
    before = before.ljust(x) if column < x else before
    row = y
    while row and len(screen.line_text(row - 1)) >= screen.columns - 1:
        row -= 1
        before = screen.line_text(row) + before
    return _LEFT.sub("", before), _RIGHT.sub("", behind).strip()
