"""Secrets that this program knows, found wherever they are shown (pure)."""

import re
from collections.abc import Iterable, Iterator

from coderbot.worker.masking.shapes import Span

GAPS = " \t\r\n│┃║|▌▐┆┊"
"""What may stand between two pieces of a secret that a program has wrapped."""

_MAX_GAP = 200
"""Longest gap: the end of a row, a frame, and the indent of the next."""
_GAP = f"[{re.escape(GAPS)}]{{0,{_MAX_GAP}}}"
_MIN_SECRET = 8
"""Shorter ones are left alone: they would blank out ordinary text."""
_PIECE = 12
"""Characters of a long secret by which a part of it is recognized."""


class KnownSecrets:
    """Finds given values in texts, also wrapped, framed, or cut off at an edge.

    Args:
        values: The secrets.
    """

    def __init__(self, values: Iterable[str]) -> None:
        wanted = {_squeezed(value) for value in values}
        self._pieces = {
            piece: value
            for value in sorted(wanted, key=len)
            if len(value) >= _MIN_SECRET
            for piece in _pieces(value)
        }

    def spans(self, text: str) -> Iterator[Span]:
        """Yield where `text` has such a secret, or most of one; spans may overlap."""
        squeezed = _squeezed(text)
        for piece, value in self._pieces.items():
            if piece in squeezed:
                for match in _wrapped(piece).finditer(text):
                    yield _grown(text, match.span(), piece, value)


def _squeezed(text: str) -> str:
    for gap in GAPS:
        text = text.replace(gap, "")
    return text


def _pieces(value: str) -> Iterator[str]:
    if len(value) < 2 * _PIECE:
        yield value
        return
    for at in range(0, len(value) - _PIECE + 1, _PIECE):
        yield value[at : at + _PIECE]


def _wrapped(piece: str) -> re.Pattern[str]:
    return re.compile(_GAP.join(map(re.escape, piece)))


def _grown(text: str, span: Span, piece: str, value: str) -> Span:
    """Return the span of `piece`, with what else of `value` is around it."""
    first, last = span
    inside = value.index(piece)
    for character in reversed(value[:inside]):
        at = _past_gap(text, first - 1, -1)
        if at < 0 or text[at] != character:
            break
        first = at
    for character in value[inside + len(piece) :]:
        at = _past_gap(text, last, 1)
        if at >= len(text) or text[at] != character:
            break
        last = at + 1
    return first, last


def _past_gap(text: str, at: int, step: int) -> int:
    """Return where the next character is that is no gap, at most so far away."""
    for _ in range(_MAX_GAP):
        if not 0 <= at < len(text) or text[at] not in GAPS:
            break
        at += step
    return at
