"""The clean start of a bot's media directory (CLEAN_UP_MEDIADIR)."""

import logging
import shutil
from pathlib import Path

from coderbot.logs import LIFECYCLE_LOGGER

_log = logging.getLogger(LIFECYCLE_LOGGER)


def clean_media_directory(root: Path) -> None:
    """Delete `bot-N/` and all in it; a link in it is deleted, never followed.

    A failure is logged and stops nothing: the directory is as it was before.
    """
    _log.info("Cleaning up media directory: %s", root)
    if root.is_symlink():
        _log.error("%s is a symbolic link; it is not cleaned", root)
        return
    try:
        shutil.rmtree(root)
    except FileNotFoundError:
        pass
    except OSError as error:
        _log.error("The media directory could not be cleaned: %s", error)
        return
    _log.info("✅ Media directory cleaned")
