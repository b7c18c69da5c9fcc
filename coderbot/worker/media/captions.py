"""What stands below a file in chat."""

from pathlib import Path

from coderbot.worker.media.names import shown
from coderbot.worker.media.opening import open_below

CAPTION_ENDING = ".caption.txt"
"""What follows the name of a file in the name of its caption."""
_MAX_CAPTION_BYTES = 8_192
"""So much of a caption is read; Telegram takes up to 1,024 characters."""
_UNITS = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


def caption_of(root: Path, name: str, size: int) -> str:
    """Return the caption of the file `name` in `root`.

    It is the content of `NAME.caption.txt` beside it, or else name and size.

    Args:
        root: Directory of the bot.
        name: Where the file lies in it.
        size: Size of the file, in bytes.
    """
    try:
        with open_below(root, name + CAPTION_ENDING) as content:
            raw = content.read(_MAX_CAPTION_BYTES)
    except OSError:
        raw = b""
    written = "\n".join(
        shown(line) for line in raw.decode("utf-8", "replace").split("\n")
    )
    base = name.rpartition("/")[2]
    return written.strip() or f"{shown(base)} · {size_text(size)}"


def captioned(name: str) -> str | None:
    """Return the file that `name` would be the caption of, if of any."""
    file = name.removesuffix(CAPTION_ENDING)
    return file if file and file != name else None


def size_text(size: int) -> str:
    """Return a number of bytes for people: `999 B`, `1.2 MB`."""
    for unit, word in _UNITS:
        if size >= unit:
            return f"{size / unit:.1f} {word}"
    return f"{size} B"
