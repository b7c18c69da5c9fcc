"""What the bot says about files (pure). Plain text: no name can break it."""

import errno
from collections.abc import Sequence
from pathlib import Path

from telegram import MessageEntity

from coderbot.botprocess.telegram.lengths import utf16_units
from coderbot.worker.media.captions import size_text
from coderbot.worker.media.finding import MAX_FOUND
from coderbot.worker.media.names import shown
from coderbot.worker.media.receiver import Saved
from coderbot.worker.media.stock import FailedFile, Usage
from coderbot.worker.media.totals import Totals

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
    size = f"it has {mib(size_bytes)}" if size_bytes else "it is too big"
    return (
        f"{size}, and bots can fetch files of up to {mib(limit_bytes)}. "
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


def not_found(words: Sequence[str], directory: Path) -> str:
    """Return the answer to paths that stand for nothing."""
    return f"Not found in {shown(str(directory))}: {shown(' '.join(words))}"


def not_fetched(problems: Sequence[str]) -> str:
    """Return the answer to files that cannot be sent."""
    lines = list(problems[:_MAX_NAMED])
    if len(problems) > _MAX_NAMED:
        lines.append(f"and {len(problems) - _MAX_NAMED} more")
    return "Not sent:\n" + "\n".join(lines)


def sending(count: int) -> str:
    """Return the word at the start of sending."""
    return "Sending it…" if count == 1 else f"Sending {count} files…"


def found(count: int) -> str:
    """Return what stands above a list of files."""
    more = ", and maybe more" if count >= MAX_FOUND else ""
    return f"{count} files{more}. Which one?"


def directory(path: Path, count: int) -> str:
    """Return what stands above the contents of a directory."""
    more = " or more" if count >= MAX_FOUND else ""
    return (
        f"{shown(str(path))}\n{count}{more} entries"
        if count
        else (f"{shown(str(path))}\nempty")
    )


def notes(path: Path, count: int) -> str:
    """Return what stands above the newest Markdown files."""
    if not count:
        return f"No Markdown file was found below {shown(str(path))}."
    return f"The newest Markdown files below {shown(str(path))}:"


def media(
    waiting: Sequence[str],
    totals: Totals,
    usages: Sequence[tuple[str, Usage]],
    failures: Sequence[FailedFile],
) -> str:
    """Return the answer to /media.

    Args:
        waiting: Files on their way, the first one first.
        totals: What was done since the worker started.
        usages: What lies in each directory.
        failures: What could not be sent.
    """
    lines = [f"On their way: {len(waiting)}"]
    lines += [f"  {shown(name)}" for name in waiting[:_MAX_NAMED]]
    lines.append(
        f"Since this bot was started: {totals.sent} sent "
        f"({size_text(totals.sent_bytes)}), {totals.failed} failed, "
        f"{totals.received} received ({size_text(totals.received_bytes)})"
    )
    for name, usage in usages:
        lines.append(f"Kept in {name}/: {usage.files} ({size_text(usage.size)})")
    if failures:
        lines.append(f"Failed: {len(failures)}")
    for each in failures[:_MAX_NAMED]:
        lines.append(f"  {shown(each.file.name)}: {shown(each.reason)}")
    return "\n".join(lines)


def retried(count: int) -> str:
    """Return the word after a retry."""
    return "Nothing was left to try." if not count else f"Trying {count} again…"


def progress(name: str, arrived_bytes: int, size_bytes: int | None) -> str:
    """Return how far a download has come."""
    if not size_bytes:
        return f"Fetching {name}: {size_text(arrived_bytes)} so far…"
    percent = min(100, 100 * arrived_bytes // size_bytes)
    return f"Fetching {name}: {percent}% of {size_text(size_bytes)}…"


def mib(size_bytes: int) -> str:
    """Return a size as Telegram's limits are told: they are powers of two."""
    return f"{size_bytes / (1 << 20):.1f} MiB"
