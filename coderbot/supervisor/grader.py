"""Levels of the lines of one stream (pure)."""

import re
from collections.abc import Sequence

from coderbot.loglevel import Level, split_mark

_TRACEBACK = "Traceback (most recent call last):"
_CHAINED = re.compile(
    r"During handling of the above exception|The above exception was the direct cause"
)


def _is_plain(text: str) -> bool:
    """Tell whether no line can have a mark, or belong to a traceback.

    Lines come by the thousand in one chunk, and this is ten times as fast as to
    look at each.
    """
    return "<" not in text and _TRACEBACK not in text and "above exception" not in text


class Grader:
    """Gives each line of a stream its level.

    A mark decides, if the line has one. Otherwise a traceback of Python is an error
    from its first line to the one that names the exception, and any other line is
    of the level that its stream has by default.

    Args:
        default: Level of an ordinary line without a mark.
    """

    def __init__(self, default: Level) -> None:
        self._default = default
        self._in_traceback = False

    def grade(self, lines: Sequence[str]) -> tuple[list[Level], list[str]]:
        """Return the levels of `lines`, and the lines without their marks."""
        if not self._in_traceback and _is_plain("\n".join(lines)):
            return [self._default] * len(lines), list(lines)
        levels: list[Level] = []
        texts: list[str] = []
        for line in lines:
            level, text = split_mark(line) if line[:1] == "<" else (None, line)
            levels.append(self._unmarked(text) if level is None else level)
            texts.append(text)
        return levels, texts

    def _unmarked(self, text: str) -> Level:
        if _TRACEBACK in text:
            self._in_traceback = True
        elif not self._in_traceback:
            return Level.ERROR if _CHAINED.match(text) else self._default
        elif text[:1] not in ("", " ", "\t"):
            # The exception itself: the first line that is not indented.
            self._in_traceback = False
        return Level.ERROR
