"""What a file is sent as."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coderbot.worker.media.kinds import MediaKind, kind_of, may_share_album, refusal
from coderbot.worker.media.mp4 import has_sound
from coderbot.worker.media.pictures import picture_size
from tests.unit.media.samples import (
    MATROSKA,
    MP3,
    OGG,
    WAVE,
    box,
    mp4,
    picture,
)

_SILENT = mp4(b"vide")
_SOUND = mp4(b"vide", b"soun")


def _png_head(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.png", picture("PNG"), "photo"),
        ("a.JPG", picture("JPEG"), "photo"),
        ("of.2026.png", picture("PNG"), "photo"),
        ("a.jpeg", picture("JPEG"), "photo"),
        ("a.bmp", picture("BMP"), "photo"),
        ("really-a-jpeg.png", picture("JPEG"), "photo"),
        ("a.png", b"no picture at all", "document"),
        ("a.jpg", picture("WEBP"), "document"),
        ("a.jpg", picture("JPEG")[:20], "document"),  # cut off in its header
        ("edge.png", _png_head(9_000, 1_000), "photo"),
        ("big.png", _png_head(9_001, 1_000), "document"),  # sides together
        ("edge.png", _png_head(2_000, 100), "photo"),
        ("long.png", _png_head(2_001, 100), "document"),  # ratio
        ("flat.png", _png_head(0, 100), "document"),
        ("a.gif", picture("GIF"), "animation"),
        ("a.gif", picture("PNG"), "document"),
        ("a.mp4", _SOUND, "video"),
        ("a.mp4", _SILENT, "animation"),
        ("a.mp4", mp4(b"vide", moov_first=False), "animation"),
        ("a.mp4", mp4(b"soun", moov_first=False, wide=True), "video"),
        ("a.mp4", mp4(), "video"),  # no track: nothing is known
        ("a.mp4", b"unknown bytes, so the name stands", "video"),
        ("a.mov", _SILENT, "video"),
        ("a.mkv", MATROSKA, "video"),
        ("a.webm", MATROSKA, "video"),
        ("a.avi", b"RIFF\0\0\0\0AVI LIST", "video"),
        ("a.flv", b"FLV\x01" + bytes(20), "video"),
        ("a.mkv", b"\x7fELF" + bytes(20), "document"),
        ("a.mp3", MP3, "audio"),
        ("a.mp3", b"\xff\xfb\x90\x64" + bytes(20), "audio"),
        ("a.mp3", WAVE, "document"),
        ("a.m4a", mp4(b"soun"), "audio"),
        ("a.flac", b"fLaC" + bytes(20), "audio"),
        ("a.aac", b"\xff\xf1" + bytes(20), "audio"),
        ("a.ogg", OGG, "voice"),
        ("a.oga", OGG, "voice"),
        ("a.opus", OGG, "voice"),
        ("a.ogg", b"%PDF-1.7", "document"),
        ("a.wav", WAVE, "document"),
        ("a.webp", picture("WEBP"), "document"),
        ("a.txt", b"text", "document"),
        ("png", picture("PNG"), "document"),  # a name, no extension
        ("a.", b"x", "document"),
    ],
)
def test_kind(name: str, content: bytes, kind: str) -> None:
    assert kind_of(name, len(content), io.BytesIO(content)) == kind


def test_a_photo_over_ten_megabytes_is_a_document() -> None:
    content = io.BytesIO(picture("PNG"))
    assert kind_of("a.png", 10_000_000, content) is MediaKind.PHOTO
    assert kind_of("a.png", 10_000_001, content) is MediaKind.DOCUMENT


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP"])
def test_picture_size(form: str) -> None:
    assert picture_size(io.BytesIO(picture(form, 37, 19))) == (37, 19)


def test_old_bmp_header() -> None:
    head = b"BM" + bytes(12) + struct.pack("<IHH", 12, 40, 30)
    assert picture_size(io.BytesIO(head)) == (40, 30)


def test_bmp_from_the_top_has_a_positive_height() -> None:
    head = b"BM" + bytes(12) + struct.pack("<Iii", 40, 40, -30)
    assert picture_size(io.BytesIO(head)) == (40, 30)


def test_the_frame_of_a_jpeg_is_found_behind_long_segments() -> None:
    plain = picture("JPEG", 50, 60)
    exif = b"\xff\xe1" + struct.pack(">H", 65_535) + bytes(65_533)
    content = io.BytesIO(plain[:2] + exif * 20 + plain[2:])
    assert picture_size(content) == (50, 60)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"BM",
        b"\xff\xd8\xff" + b"\xff" * 5_000,
        b"\xff\xd8" + b"\xff\xe0\0\0" * 5_000,  # lengths below the least
    ],
)
def test_damaged_pictures_have_no_size(content: bytes) -> None:
    assert picture_size(io.BytesIO(content)) is None


class _Counting(io.BytesIO):
    """Counts the bytes that are read."""

    total = 0

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size)
        self.total += len(chunk)
        return chunk


def test_little_is_read_of_a_long_film() -> None:
    content = _Counting(mp4(b"vide", b"soun") + box(b"mdat", bytes(5_000_000)))
    assert kind_of("a.mp4", 5_002_000, content) is MediaKind.VIDEO
    assert content.total < 1_000


def test_endless_boxes_end() -> None:
    content = _Counting(box(b"free", b"") * 100_000 + mp4(b"soun"))
    assert has_sound(content, len(content.getvalue())) is None
    assert content.total < 100_000


@given(st.binary(max_size=400))
def test_hostile_content_never_raises(content: bytes) -> None:
    for head in (b"", b"BM", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\0\0\0\x08ftyp"):
        data = head + content
        for name in ("a.png", "a.mp4", "a.gif", "a.ogg"):
            assert kind_of(name, len(data), io.BytesIO(data)) in MediaKind


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, ["empty", "0 bytes"]),
        (50_000_001, ["50,000,001 bytes", "50,000,000 bytes"]),
    ],
)
def test_refusal_names_the_sizes(size: int, words: list[str]) -> None:
    reason = refusal(size, 50_000_000)
    assert reason is not None
    for each in words:
        assert each in reason


@pytest.mark.parametrize("size", [1, 50_000_000])
def test_what_fits_is_not_refused(size: int) -> None:
    assert refusal(size, 50_000_000) is None


def test_why_a_file_can_never_be_sent_is_told_in_figures() -> None:
    assert refusal(0, 100) == (
        "the file is empty (0 bytes); Telegram takes at least 1 byte"
    )
    assert refusal(2_000, 1_999) == (
        "the file has 2,000 bytes; Telegram takes at most 1,999 bytes"
    )
    assert refusal(1, 1) is None


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (MediaKind.PHOTO, MediaKind.VIDEO, True),
        (MediaKind.PHOTO, MediaKind.PHOTO, True),
        (MediaKind.AUDIO, MediaKind.AUDIO, True),
        (MediaKind.DOCUMENT, MediaKind.DOCUMENT, True),
        (MediaKind.PHOTO, MediaKind.DOCUMENT, False),
        (MediaKind.AUDIO, MediaKind.DOCUMENT, False),
        (MediaKind.ANIMATION, MediaKind.ANIMATION, False),
        (MediaKind.ANIMATION, MediaKind.PHOTO, False),
    ],
)
def test_what_may_stand_in_one_album(
    one: MediaKind, other: MediaKind, together: bool
) -> None:
    assert may_share_album(one, other) is together
    assert may_share_album(other, one) is together
