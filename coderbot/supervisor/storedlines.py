"""A line of a log file (pure).

A file holds one line of a bot a line, in UTF-8, in the order in which they came:

    2026-01-31T12:03:04.567Z WARNING err run 7 the text, as it was

That is: time (UTC), level (DEBUG, INFO, WARNING, ERROR), stream (`out`, `err`, or
`sup` for what the supervisor says of the bot), the word `run`, its number (0: said of
no run), one blank, and the text to the end of the line. The text is without secrets;
it may hold any control character but a newline, so a file is split at newlines alone.
"""

import re
from datetime import datetime
from typing import cast

from coderbot.loglevel import Level
from coderbot.supervisor.lines import LogLine, Stream, timestamp_of

_LINE = re.compile(
    r"([0-9-]{10}T[0-9:.]{12}Z) (DEBUG|INFO|WARNING|ERROR) (out|err|sup) run ([0-9]{1,9}) (.*)",
    re.DOTALL,
)


def missing_line(wall: float, count: int) -> str:
    """Return the line that stands for `count` lines that could not be stored."""
    text = f"─ {count:,} lines are missing here: they could not be stored ─"
    return f"{timestamp_of(wall)} WARNING sup run 0 {text}\n"


def parse_line(raw: bytes, bot: str, seq: int = 0) -> LogLine | None:
    """Return a line of the file of `bot`; None when it is none.

    Args:
        raw: Without its newline.
        bot: Whose file it is.
        seq: Number to give to it.
    """
    found = _LINE.fullmatch(raw.decode(errors="replace"))
    if found is None:
        return None
    stamp, level, stream, run, text = found.groups()
    try:
        wall = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return LogLine(
        seq=seq,
        wall=wall.timestamp(),
        mono=0.0,
        bot=bot,
        run=int(run),
        stream=cast(Stream, stream),
        level=Level[level],
        text=text,
    )
