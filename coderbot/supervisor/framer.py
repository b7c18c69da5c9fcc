"""Bytes of one stream to whole lines (pure)."""

from collections.abc import Callable

MAX_LINE_CHARS = 16_384
"""Longest line that is kept, in characters; the rest of a longer one is dropped."""

CUT_MARK = " … [line cut]"
"""Stands at the end of a line that was longer."""

_MARGIN_BYTES = 4_096
"""How far a line is read beyond its cut: a secret on the cut is seen whole."""


class Framer:
    """Turns chunks of a byte stream into lines of text, without secrets.

    A line is scrubbed when it is whole, however many writes it came in. Memory is
    bounded: of a line that never ends, no more than its beginning is held.

    Args:
        scrub: Takes the secrets out of a text; lines in it are parted by newlines.
        max_chars: Longest line that is kept, in characters.
    """

    def __init__(
        self, scrub: Callable[[str], str], max_chars: int = MAX_LINE_CHARS
    ) -> None:
        self._scrub = scrub
        self._max_chars = max_chars
        # A character of UTF-8 has four bytes at most.
        self._max_rest = max_chars * 4 + _MARGIN_BYTES
        self._rest = bytearray()
        self._skipping = False

    def feed(self, data: bytes) -> list[str]:
        """Return the lines that `data` completes, without their ends."""
        if self._skipping:
            _, newline, data = data.partition(b"\n")
            self._skipping = not newline
        end = data.rfind(b"\n")
        if end < 0:
            self._rest += data
            return self._cut_rest()
        whole = bytes(self._rest) + data[:end]
        self._rest = bytearray(data[end + 1 :])
        return [*self._lines(whole), *self._cut_rest()]

    def finish(self) -> list[str]:
        """Return the last line if it had no newline; the stream has ended."""
        rest = bytes(self._rest)
        self._rest.clear()
        return self._lines(rest) if rest else []

    def _cut_rest(self) -> list[str]:
        """Give out the beginning of a line that is too long to wait for its end."""
        if len(self._rest) <= self._max_rest:
            return []
        self._skipping = True
        return self.finish()

    def _lines(self, data: bytes) -> list[str]:
        lines = self._scrub(data.decode(errors="replace")).split("\n")
        if b"\r" in data:
            lines = [line.removesuffix("\r") for line in lines]
        if max(map(len, lines)) > self._max_chars:
            lines = [self._cut(line) for line in lines]
        return lines

    def _cut(self, line: str) -> str:
        if len(line) <= self._max_chars:
            return line
        return line[: self._max_chars] + CUT_MARK
