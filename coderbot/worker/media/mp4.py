"""Whether an MP4 file has a sound track (pure)."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

_MAX_BOXES = 2_000
"""Boxes looked at in one file; an honest `moov` is found within a few dozen."""

_Span = tuple[int, int]


def has_sound(content: BinaryIO, size: int) -> bool | None:
    """Return whether an MP4 file of `size` bytes has a sound track.

    Only box headers and handler types are read, never the media data.

    Returns:
        None when no track is found at all, and so nothing is known.
    """
    handlers: set[bytes] = set()
    budget = iter(range(_MAX_BOXES))
    try:
        for moov in _boxes(content, (0, size), b"moov", budget):
            for trak in _boxes(content, moov, b"trak", budget):
                for mdia in _boxes(content, trak, b"mdia", budget):
                    for hdlr in _boxes(content, mdia, b"hdlr", budget):
                        handlers.add(_handler(content, hdlr))
    except struct.error:
        pass
    if b"soun" in handlers:
        return True
    return False if handlers else None


def _boxes(
    content: BinaryIO, span: _Span, wanted: bytes, budget: Iterator[int]
) -> Iterator[_Span]:
    """Yield where the payloads of the boxes called `wanted` lie within `span`."""
    position, end = span
    while position + 8 <= end and next(budget, None) is not None:
        content.seek(position)
        length, name = struct.unpack(">I4s", content.read(8))
        header = 8
        if length == 1:
            (length,) = struct.unpack(">Q", content.read(8))
            header = 16
        elif length == 0:  # to the end of what holds it
            length = end - position
        if length < header:
            return
        if name == wanted:
            yield position + header, min(position + length, end)
        position += length


def _handler(content: BinaryIO, hdlr: _Span) -> bytes:
    """Return the type of handler: after version, flags and a reserved word."""
    content.seek(hdlr[0] + 8)
    return content.read(4)
