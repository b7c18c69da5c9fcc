"""Levels of a log line, and the mark that carries one between processes.

The mark is that of sd-daemon(3): `<N>` at the start of a line, N being a syslog
priority. systemd understands it on the output of a service, and the supervisor
on the output of a worker.
"""

import re
from enum import IntEnum


class Level(IntEnum):
    """How much a line matters; higher matters more (values as in `logging`)."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40


_PRIORITY = {Level.DEBUG: 7, Level.INFO: 6, Level.WARNING: 4, Level.ERROR: 3}
_LEVEL = {
    **dict.fromkeys("0123", Level.ERROR),
    "4": Level.WARNING,
    **dict.fromkeys("56", Level.INFO),
    "7": Level.DEBUG,
}
_MARK = re.compile(r"<([0-7])>")


def mark(level: int, text: str) -> str:
    """Return one line with the mark of `level` (any number of `logging`)."""
    known = max((each for each in Level if each <= level), default=Level.DEBUG)
    return f"<{_PRIORITY[known]}>{text}"


def split_mark(text: str) -> tuple[Level | None, str]:
    """Return the level that a line is marked with (None: no mark) and the rest."""
    found = _MARK.match(text)
    if found is None:
        return None, text
    return _LEVEL[found[1]], text[found.end() :]
