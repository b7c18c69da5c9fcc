"""Size of a picture, read from its first bytes (pure)."""

import struct
from typing import BinaryIO

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_JPEG_SIGNATURE = b"\xff\xd8\xff"
_MAX_JPEG_SEGMENTS = 1_000
"""A frame header comes after a handful of segments; more is no honest picture."""
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a frame header; the three left out are tables."""
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a length."""


def picture_size(content: BinaryIO) -> tuple[int, int] | None:
    """Return width and height in pixels of a PNG, JPEG or BMP picture.

    The content decides, whatever the file is called; reading is bounded.

    Returns:
        The size, or None when this is none of the three or is damaged.
    """
    content.seek(0)
    head = content.read(32)
    try:
        if head.startswith(_PNG_SIGNATURE):
            return _png_size(head)
        if head.startswith(_JPEG_SIGNATURE):
            return _jpeg_size(content)
        if head.startswith(b"BM"):
            return _bmp_size(head)
    except struct.error:
        pass
    return None


def _png_size(head: bytes) -> tuple[int, int] | None:
    if head[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">II", head, 16)
    return width, height


def _bmp_size(head: bytes) -> tuple[int, int]:
    (header_bytes,) = struct.unpack_from("<I", head, 14)
    if header_bytes == 12:
        width, height = struct.unpack_from("<HH", head, 18)
        return width, height
    width, height = struct.unpack_from("<ii", head, 18)
    # A negative height means rows from the top.
    return abs(width), abs(height)


def _jpeg_size(content: BinaryIO) -> tuple[int, int] | None:
    content.seek(2)
    for _ in range(_MAX_JPEG_SEGMENTS):
        marker = _next_marker(content)
        if marker in _JPEG_BARE:
            continue
        (length,) = struct.unpack(">H", content.read(2))
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">xHH", content.read(5))
            return width, height
        content.seek(max(length - 2, 0), 1)
    return None


def _next_marker(content: BinaryIO) -> int:
    """Return the code of the marker that stands here; fill bytes are skipped."""
    lead, code = struct.unpack(">BB", content.read(2))
    if lead != 0xFF:
        raise struct.error("no marker")
    for _ in range(64):
        if code != 0xFF:
            return int(code)
        (code,) = struct.unpack(">B", content.read(1))
    raise struct.error("no marker")
