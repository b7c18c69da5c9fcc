"""Secrets that this program knows, found wherever they are shown (pure)."""

from collections.abc import Iterable, Iterator

from coderbot.worker.masking.shapes import Span

GAPS = " \t\r\n│┃║|▌▐┆┊"
"""What may stand between two pieces of a secret that a program has wrapped."""

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
        found = [each for each in self._pieces if each in squeezed]
        if not found:
            return
        places = [at for at, character in enumerate(text) if character not in GAPS]
        for piece in found:
            at = squeezed.find(piece)
            while at >= 0:
                first, last = _grown(squeezed, at, piece, self._pieces[piece])
                yield places[first], places[last - 1] + 1
                at = squeezed.find(piece, at + 1)


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


def _grown(text: str, at: int, piece: str, value: str) -> Span:
    """Return the span of `piece` at `at`, with what else of `value` is around it."""
    inside = value.index(piece)
    first, last = at, at + len(piece)
    before, after = inside, inside + len(piece)
    while first and before and text[first - 1] == value[before - 1]:
        first, before = first - 1, before - 1
    while last < len(text) and after < len(value) and text[last] == value[after]:
        last, after = last + 1, after + 1
    return first, last
