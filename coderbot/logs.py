"""Logging of a worker: marked lines for the supervisor, dated ones when alone."""

import logging
import sys

from coderbot.loglevel import mark
from coderbot.redact import RedactingFormatter, Redactor

LIFECYCLE_LOGGER = "coderbot.worker"
"""Records of this very logger tell of the worker's life: `[Worker bot-0]`.

Those of any other logger come from a service inside it: `[bot-0]`.
"""

_NOISY = (
    "httpx",
    "httpx2",
    "httpcore",
    "openai",
    "faster_whisper",
    "telegram",
    "watchfiles",
    "PIL",
    "asyncio",
    "pyppeteer",
)
"""Libraries whose INFO lines are dropped; httpx prints the token in each URL."""


class WorkerFormatter(logging.Formatter):
    """Formats a record of worker `bot`, one mark or date for each line of it.

    Args:
        bot: Id of the bot, `bot-0`.
        supervised: Write the level as a mark for the supervisor, which adds the
            time and `[Worker bot-0]` itself; otherwise write both here.
    """

    def __init__(self, bot: str, supervised: bool) -> None:
        super().__init__()
        self._bot = bot
        self._supervised = supervised

    def format(self, record: logging.LogRecord) -> str:
        """Return the finished line or lines of `record`."""
        text = super().format(record)
        own = record.name == LIFECYCLE_LOGGER
        prefix = "" if own else f"[{self._bot}] "
        lines = [prefix + line for line in text.splitlines() or [""]]
        if self._supervised:
            return "\n".join(mark(record.levelno, line) for line in lines)
        head = self.formatTime(record, "%Y-%m-%dT%H:%M:%S")
        who = f"[Worker {self._bot}] " if own else ""
        return "\n".join(f"{head} {who}{line}" for line in lines)


def configure_worker_logging(bot: str, redactor: Redactor, supervised: bool) -> None:
    """Send all records of this process to stdout, scrubbed and flushed."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(RedactingFormatter(WorkerFormatter(bot, supervised), redactor))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
