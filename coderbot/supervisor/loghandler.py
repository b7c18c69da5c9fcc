"""The parent's own log records, as lines of the logbook."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from coderbot.loglevel import Level
from coderbot.supervisor.lines import PARENT
from coderbot.supervisor.logbook import Logbook

_LOGGER = "coderbot"


class LogbookHandler(logging.Handler):
    """Turns log records into `[Parent]` lines.

    Records of other threads are handed to the loop, which owns the logbook.

    Args:
        logbook: Where the lines go.
        loop: The loop of the supervisor.
    """

    def __init__(self, logbook: Logbook, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(logging.INFO)
        self._logbook = logbook
        self._loop = loop
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        """Add the lines of one record."""
        try:
            text = self.format(record)
            level = max((e for e in Level if e <= record.levelno), default=Level.DEBUG)
            if threading.get_ident() == self._thread:
                self._logbook.say(PARENT, level, text)
            elif not self._loop.is_closed():
                say = self._logbook.say
                self._loop.call_soon_threadsafe(say, PARENT, level, text)
        except Exception:  # noqa: BLE001 - logging must not break what logs
            self.handleError(record)


@contextmanager
def logging_to(logbook: Logbook) -> Iterator[None]:
    """Send the records of this program to `logbook` for the length of the block."""
    logger = logging.getLogger(_LOGGER)
    handler = LogbookHandler(logbook, asyncio.get_running_loop())
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(min(level, logging.INFO) or logging.INFO)
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)
