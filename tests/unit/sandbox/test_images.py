import struct

import pytest

from coderbot.sandbox.errors import ApiError
from coderbot.sandbox.images import Picture, read_picture
from coderbot.sandbox.limits import check_picture
from tests.fakes.pictures import jpeg_head, png


def webp(kind: bytes, rest: bytes) -> bytes:
    return b"RIFF" + b"\0" * 4 + b"WEBP" + kind + rest


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (png(640, 480), Picture("image/png", 640, 480)),
        (jpeg_head(800, 600), Picture("image/jpeg", 800, 600)),
        (
            b"GIF89a" + struct.pack("<HH", 320, 200) + b"\0",
            Picture("image/gif", 320, 200),
        ),
        # a BMP stored top down has a negative height
        (
            b"BM" + b"\0" * 16 + struct.pack("<ii", 7, -9),
            Picture("image/bmp", 7, 9),
        ),
        (
            webp(b"VP8X", b"\0" * 8 + b"\x0f\0\0" + b"\x07\0\0"),
            Picture("image/webp", 16, 8),
        ),
        (
            webp(b"VP8L", b"\0" * 4 + b"\x2f" + struct.pack("<I", 99 | (49 << 14))),
            Picture("image/webp", 100, 50),
        ),
        (
            webp(b"VP8 ", b"\0" * 10 + struct.pack("<HH", 33, 22)),
            Picture("image/webp", 33, 22),
        ),
    ],
)
def test_size_is_read_from_the_header(data: bytes, expected: Picture) -> None:
    assert read_picture(data) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\x89PNG\r\n\x1a\n",
        png()[:-12],  # no IEND
        png()[: len(png()) // 2],  # cut short
        b"\xff\xd8\xff",
        jpeg_head(10, 10)[:20],
        b"GIF89a",
        b"GIF89a\0\0\0\0\0",  # no pixels
        b"RIFF\0\0\0\0WEBP",
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert read_picture(data) is None
    with pytest.raises(ApiError, match="IMAGE_PROCESS_FAILED"):
        check_picture(read_picture(data))


def test_no_prefix_of_a_picture_makes_the_reader_fail() -> None:
    for whole in (png(), jpeg_head(5, 5)):
        for length in range(len(whole)):
            read_picture(whole[:length])


@pytest.mark.parametrize(
    ("width", "height", "allowed"),
    [
        (5000, 5000, True),
        (5001, 5000, False),  # sum above 10000
        (2000, 100, True),  # ratio of exactly 20
        (2001, 100, False),
        (100, 2001, False),
    ],
)
def test_sides_of_a_photo(width: int, height: int, allowed: bool) -> None:
    picture = Picture("image/png", width, height)
    if allowed:
        assert check_picture(picture) is picture
    else:
        with pytest.raises(ApiError, match="PHOTO_INVALID_DIMENSIONS"):
            check_picture(picture)
