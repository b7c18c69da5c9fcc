"""Tiny files of many kinds."""

import io
import struct

from PIL import Image


def picture(form: str, width: int = 32, height: int = 24) -> bytes:
    """Return a picture in format `form` (PNG, JPEG, BMP, GIF, WEBP)."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(out, form)
    return out.getvalue()


def box(name: bytes, payload: bytes, wide: bool = False) -> bytes:
    """Return one MP4 box; `wide` uses the 64-bit length."""
    if wide:
        return struct.pack(">I4sQ", 1, name, len(payload) + 16) + payload
    return struct.pack(">I4s", len(payload) + 8, name) + payload


def mp4(*handlers: bytes, moov_first: bool = True, wide: bool = False) -> bytes:
    """Return an MP4 with one track for each handler (`vide`, `soun`)."""
    traks = b"".join(
        box(
            b"trak",
            box(b"tkhd", bytes(84))
            + box(b"mdia", box(b"mdhd", bytes(24)) + box(b"hdlr", bytes(8) + h + b"x")),
        )
        for h in handlers
    )
    moov = box(b"moov", box(b"mvhd", bytes(100)) + traks)
    mdat = box(b"mdat", b"soun" * 500, wide)
    ftyp = box(b"ftyp", b"isom\0\0\0\0")
    return ftyp + (moov + mdat if moov_first else mdat + moov)


OGG = b"OggS\0\x02" + bytes(22) + b"\x01\x13OpusHead"
MP3 = b"ID3\x04" + bytes(40)
WAVE = b"RIFF\x24\0\0\0WAVEfmt "
MATROSKA = b"\x1a\x45\xdf\xa3" + bytes(40)
