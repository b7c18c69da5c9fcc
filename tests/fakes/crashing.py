"""A real worker that kills itself at one step: `python -m tests.fakes.crashing STEP`."""

import functools
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from coderbot.worker.__main__ import main
from coderbot.worker.media import archive, putaway, receiver, sender
from coderbot.worker.media.journal import Journal
from coderbot.worker.telegram.downloadbook import DownloadBook, Wanted
from coderbot.worker.telegram.uploader import TelegramUploader

_LIMIT_S = 20.0
"""Longest wait for the downloads that are to be under way, in seconds."""

STEPS: dict[str, tuple[Any, str, bool]] = {
    "before it is looked at": (sender, "plan", False),
    "before the upload": (TelegramUploader, "upload", False),
    "before it is noted": (Journal, "record", False),
    "once it is noted": (Journal, "record", True),
    "before the move": (putaway, "archive", False),
    "once the caption is moved": (putaway, "archive", True),
    "once it has two names": (archive, "_link", True),
    "once it has its reason": (archive, "write_reason", True),
    "once it is moved": (archive, "_remove", True),
    "while two downloads are under way": (receiver, "_publish", False),
}
"""Where the function lies that is the step, and whether it is done first."""


def _die(function: Callable[..., Any], is_after: bool) -> Callable[..., Any]:
    @functools.wraps(function)
    def dying(*args: Any, **options: Any) -> Any:
        if is_after:
            function(*args, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    return dying


def arm(step: str) -> None:
    """Let this process die at `step`."""
    place, name, is_after = STEPS[step]
    dying = _die(getattr(place, name), is_after)
    setattr(place, name, _once_two_are_noted(dying) if place is receiver else dying)


def _once_two_are_noted(dying: Callable[..., Any]) -> Callable[..., Any]:
    """Let a thread wait for the second download before it dies."""
    begin, both, noted = DownloadBook.begin, threading.Event(), []

    def begun(book: DownloadBook, wanted: Wanted) -> None:
        begin(book, wanted)
        noted.append(wanted)
        if len(noted) == 2:
            both.set()

    def waiting(*args: Any, **options: Any) -> Any:
        both.wait(_LIMIT_S)
        return dying(*args, **options)

    DownloadBook.begin = begun  # type: ignore[assignment, method-assign]
    return waiting


if __name__ == "__main__":
    arm(sys.argv[1])
    sys.exit(main())
