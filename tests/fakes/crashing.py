"""A real worker that kills itself at one step: `python -m tests.fakes.crashing STEP`."""

import functools
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from coderbot.worker.__main__ import main
from coderbot.worker.media import archive, putaway, receiver, sender
from coderbot.worker.media.journal import Journal
from coderbot.worker.telegram.uploader import TelegramUploader

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
    "while a download is saved": (receiver, "_publish", False),
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
    setattr(place, name, _die(getattr(place, name), is_after))


if __name__ == "__main__":
    arm(sys.argv[1])
    sys.exit(main())
