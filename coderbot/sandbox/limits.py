"""Limits of the Bot API, with Telegram's own words."""

from coderbot.sandbox.errors import ApiError, bad_request
from coderbot.sandbox.images import Picture
from coderbot.sandbox.markup.formatted import Formatted

MAX_TEXT_UNITS = 4096
MAX_CAPTION_UNITS = 1024
MAX_CALLBACK_DATA_BYTES = 64
MAX_BUTTONS = 100
MAX_TOAST_UNITS = 200
MAX_PHOTO_BYTES = 10 << 20
MAX_UPLOAD_BYTES = 50 << 20
MAX_DOWNLOAD_BYTES = 20 << 20
MAX_PHOTO_SIDES = 10_000
"""Width and height of a photo together, in pixels."""
MAX_PHOTO_RATIO = 20


def check_text(text: Formatted) -> None:
    """Refuse an empty or too long text.

    Raises:
        ApiError: 400.
    """
    if not text.text:
        raise bad_request("message text is empty")
    if text.length > MAX_TEXT_UNITS:
        raise bad_request("message is too long")


def check_caption(caption: Formatted) -> None:
    """Refuse a caption that is too long.

    Raises:
        ApiError: 400.
    """
    if caption.length > MAX_CAPTION_UNITS:
        raise bad_request("message caption is too long")


def check_size(kind: str, size: int) -> None:
    """Refuse an upload that is empty or too large (`size` in bytes).

    Raises:
        ApiError: 400 or 413.
    """
    if size == 0:
        raise bad_request("file must be non-empty")
    if size > MAX_UPLOAD_BYTES:
        raise too_large()
    if kind == "photo" and size > MAX_PHOTO_BYTES:
        raise bad_request(
            f"file of size {size} bytes is too big for a photo; "
            f"the maximum size is {MAX_PHOTO_BYTES} bytes"
        )


def too_large() -> ApiError:
    """Return the 413 for a request over 50 MB."""
    return ApiError(413, "Request Entity Too Large")


def check_picture(picture: Picture | None) -> Picture:
    """Refuse a photo that is no picture, or whose sides are out of bounds.

    Raises:
        ApiError: 400.
    """
    if picture is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    long, short = sorted((picture.width, picture.height), reverse=True)
    if long + short > MAX_PHOTO_SIDES or long > short * MAX_PHOTO_RATIO:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return picture
