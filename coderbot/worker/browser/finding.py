"""Where the browser of this machine is."""

import os
import shutil
from pathlib import Path

from coderbot.worker.browser.errors import BrowserMissingError

_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
"""In the order in which they are looked for."""


def find_chromium(chosen: Path | None = None) -> Path:
    """Return the browser to start.

    Args:
        chosen: What CHROMIUM_PATH names; nothing else is looked for then.

    Raises:
        BrowserMissingError: When there is none.
    """
    if chosen is not None:
        if chosen.is_file() and os.access(chosen, os.X_OK):
            return chosen
        raise BrowserMissingError(
            "The browser that CHROMIUM_PATH names is not there, or may not be run.",
            "Name the program itself, or leave the setting empty.",
        )
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    raise BrowserMissingError(
        "There is no Chromium on this machine.",
        "Install the package chromium, or set CHROMIUM_PATH to a Chromium or Chrome.",
    )
