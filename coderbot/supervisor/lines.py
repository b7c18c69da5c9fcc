"""What a line of the log is (pure)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from coderbot.loglevel import Level

PARENT = "parent"
"""The `bot` of lines that the supervisor itself writes."""
CONTROL = "control"
"""The id of the control bot, which is none of the fleet's."""

Stream = Literal["out", "err", "sup"]
"""Where a line came from: stdout, stderr, or the supervisor itself."""


def timestamp_of(wall: float) -> str:
    """Return a time in seconds since 1970 as ISO 8601, UTC, with milliseconds."""
    moment = datetime.fromtimestamp(wall, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def head_of(bot: str) -> str:
    """Return what stands before the lines of a bot, or of PARENT or CONTROL."""
    if bot == PARENT:
        return "[Parent]"
    return f"[{CONTROL}]" if bot == CONTROL else f"[Worker {bot}]"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One whole line of a log."""

    seq: int
    """Number of the line, counted over all bots, from 1, without gaps."""
    wall: float
    """When it came, in seconds since 1970 (UTC)."""
    mono: float
    """The same on the monotonic clock, in seconds."""
    bot: str
    """`bot-0`, or PARENT."""
    run: int
    """Which start of the bot it belongs to, from 1; 0 for those of PARENT."""
    stream: Stream
    level: Level
    text: str
    """The line without newline, mark and secrets; may hold ANSI sequences."""

    @property
    def parted(self) -> tuple[str, str]:
        """Its head, `[Parent]`, `[Worker bot-0]` or `[bot-0]`, and the text behind it.

        A line that a service of the worker wrote already bears `[bot-0]`.
        """
        own = f"[{self.bot}] "
        if self.bot != PARENT and self.text.startswith(own):
            return own[:-1], self.text[len(own) :]
        return head_of(self.bot), self.text

    @property
    def prefixed(self) -> str:
        """The text behind its head: `[Worker bot-0] …`."""
        head, text = self.parted
        return f"{head} {text}"

    @property
    def timestamp(self) -> str:
        """When it came, UTC, ISO 8601 with milliseconds."""
        return timestamp_of(self.wall)
