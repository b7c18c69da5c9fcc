"""What the bot says about files (pure). Plain text: no name can break it."""

import errno
from collections.abc import Sequence

from telegram import MessageEntity

from coderbot.worker.media.captions import size_text
from coderbot.worker.media.names import shown
from coderbot.worker.media.receiver import Saved
from coderbot.worker.telegram.lengths import utf16_units

TYPED = "Typed."

_MAX_NAMED = 10
"""Files named in one message; the rest is counted."""


def failed(files: Sequence[tuple[str, str]], directory: str) -> str:
    """Return the word about files that could not be sent.

    Args:
        files: Name and reason of each.
        directory: Where they are now.
    """
    lines = [f"{name}: {reason}" for name, reason in files[:_MAX_NAMED]]
    if len(files) > _MAX_NAMED:
        lines.append(f"and {len(files) - _MAX_NAMED} more")
    count = "A file" if len(files) == 1 else f"{len(files)} files"
    return (
        f"{count} could not be sent:\n"
        + "\n".join(lines)
        + f"\n\nIn {directory} each lies beside its reason; /media tries again."
    )


def received(outcomes: Sequence[Saved | str]) -> tuple[str, list[MessageEntity]]:
    """Return the answer to files, with the paths formatted so that a tap copies them.

    Args:
        outcomes: Of each file: where it lies, or what to say instead.
    """
    text, entities = "", []
    for outcome in outcomes:
        text += "\n" if text else ""
        if isinstance(outcome, str):
            text += outcome
            continue
        text += "Saved: "
        path = shown(str(outcome.path))
        offset, length = utf16_units(text), utf16_units(path)
        entities.append(MessageEntity(MessageEntity.CODE, offset, length))
        text += path
        if outcome.caption is not None:
            text += "\nits caption: " + shown(outcome.caption.name)
    return text, entities


def not_saved(name: str, reason: str) -> str:
    """Return the answer to a file that could not be saved."""
    return f"{name} was not saved: {reason}"


def too_large(size_bytes: int | None, limit_bytes: int) -> str:
    """Return why a file cannot be fetched."""
    size = f"it has {_mib(size_bytes)}" if size_bytes else "it is too big"
    return (
        f"{size}, and bots can fetch files of up to {_mib(limit_bytes)}. "
        "A Bot API server of your own lifts that (TELEGRAM_LOCAL_MODE)."
    )


def disk_full(size_bytes: int, free_bytes: int) -> str:
    """Return why a file has no room."""
    return (
        f"the disk is full: the file has {size_text(size_bytes)}, "
        f"and {size_text(free_bytes)} are free."
    )


def unwritable(error: OSError) -> str:
    """Return why a file could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full. Nothing was kept of it."
    return error.strerror or type(error).__name__


def progress(name: str, arrived_bytes: int, size_bytes: int | None) -> str:
    """Return how far a download has come."""
    if not size_bytes:
        return f"Fetching {name}: {size_text(arrived_bytes)} so far…"
    percent = min(100, 100 * arrived_bytes // size_bytes)
    return f"Fetching {name}: {percent}% of {size_text(size_bytes)}…"


def _mib(size_bytes: int) -> str:
    return f"{size_bytes / (1 << 20):.1f} MiB"
