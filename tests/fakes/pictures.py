"""Small real pictures, made without any library."""

import struct
import zlib


def png(width: int = 64, height: int = 48, shade: int = 128) -> bytes:
    """Return a grey PNG of this size; another `shade` gives another file."""
    row = b"\0" + bytes([shade % 256]) * width
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(row * height, 9)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    checked = kind + data
    size, check = struct.pack(">I", len(data)), struct.pack(">I", zlib.crc32(checked))
    return size + checked + check


def jpeg_head(width: int, height: int) -> bytes:
    """Return the first bytes of a JPEG of this size, with a segment before the frame."""
    exif = b"\xff\xe1" + struct.pack(">H", 2 + 300) + b"\0" * 300
    frame = b"\xff\xc2" + struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\0" * 9
    return b"\xff\xd8" + exif + frame
