"""A line of a log file (pure).

A file holds one line of a bot a line, in UTF-8, in the order in which they came:

    2026-01-31T12:03:04.567Z WARNING err run 7@4711 the text, as it was

That is: time (UTC), level (DEBUG, INFO, WARNING, ERROR), stream (`out`, `err`, or
`sup` for what the supervisor says of the bot), the word `run`, its number (0: said of
no run), the number of the line over all bots, one blank, and the text to the end of
the line. A line without its number has the one after that of the line before it. The
text is without secrets; it may hold any control character but a newline, so a file is
split at newlines alone.
"""

import re
from datetime import datetime
from typing import cast

from coderbot.loglevel import Level
from coderbot.supervisor.lines import LogLine, Stream, timestamp_of

NUMBERED_EVERY = 100
"""A line in so many bears its number, at least."""
NUMBERED = re.compile(
    rb"^[0-9-]{10}T[0-9:.]{12}Z [A-Z]{4,7} (?:out|err|sup) run [0-9]{1,9}@([0-9]{1,15}) ",
    re.MULTILINE,
)
"""The beginning of a line that bears its number."""

_LEVELS = {level.name: level for level in Level}
_ROW = re.compile(
    r"^([0-9-]{10}T[0-9:.]{12}Z [A-Z]+ (?:out|err|sup) run [0-9]{1,9})"
    r"(?:@([0-9]{1,15}))? (.*)$",
    re.MULTILINE,
)
_NUMBERED_TEXT = re.compile(NUMBERED.pattern.decode(), re.MULTILINE)
Row = tuple[int, str, str]
"""Of a line: its number, what stands before its text (but the number), its text."""


def missing_line(wall: float, count: int, seq: int) -> str:
    """Return the line that stands for lines that could not be stored.

    Args:
        wall: When that is said, in seconds since 1970.
        count: How many they were.
        seq: Number of the first of them.
    """
    text = f"─ {count:,} lines are missing here: they could not be stored ─"
    return f"{timestamp_of(wall)} WARNING sup run 0@{seq} {text}\n"


def rows_of(piece: str) -> list[Row]:
    """Return the lines of a piece of a file.

    What comes before the first number, or is no line, is left out.
    """
    rows: list[Row] = []
    seq = -1
    for head, number, text in _ROW.findall(piece):
        if number:
            seq = int(number)
        elif seq >= 0:
            seq += 1
        else:
            continue
        rows.append((seq, head, text))
    return rows


def numbered_before(text: str, at: int) -> int:
    """Return where the last line that bears its number begins, at or before a place.

    From there on the numbers of all lines are known; 0 when no line before bears one.
    """
    start = text.rfind("\n", 0, at) + 1
    while start > 0 and not _NUMBERED_TEXT.match(text, start):
        start = text.rfind("\n", 0, start - 1) + 1
    return start


def line_of(row: Row, bot: str) -> LogLine | None:
    """Return the line of a row; None when it is none after all."""
    seq, head, text = row
    stamp, level, stream, _, run = head.split(" ")
    try:
        wall = datetime.fromisoformat(stamp).timestamp()
    except ValueError:
        return None
    if level not in _LEVELS:
        return None
    kind, grade = cast(Stream, stream), _LEVELS[level]
    return LogLine(seq, wall, 0.0, bot, int(run), kind, grade, text)


def first_number(piece: bytes) -> int | None:
    """Return the number of the first line of a piece, if it bears one."""
    found = NUMBERED.match(piece)
    return int(found[1]) if found else None


def last_number(piece: bytes) -> int:
    """Return the number of the last line of a piece; 0 when none is known."""
    rows = rows_of(piece.decode(errors="replace"))
    return max((seq for seq, _, _ in rows), default=0)
