"""Where files lie, and for how long."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from coderbot.config import parsers
from coderbot.config.variable import setting

_media = partial(setting, "Media")


@dataclass(frozen=True, kw_only=True)
class MediaSettings:
    """The section Media."""

    media_root: Path = _media(
        "MEDIA_TMP_LOCATION",
        Path("/tmp/coderBOT_media"),
        parsers.path,
        "Directory of the bots' files: bot-N/ and in it sent/, received/, failed/.",
        unit="path",
    )
    clean_up_media: bool = _media(
        "CLEAN_UP_MEDIADIR",
        False,
        parsers.flag,
        "Empty a bot's media directory each time its worker starts.",
        unit="true/false",
    )
    media_retention_days: float = _media(
        "MEDIA_RETENTION_DAYS",
        0.0,
        parsers.number(0, 36_500),
        "What lies in sent/ and received/ for longer is deleted; 0 keeps it.",
        unit="days",
    )
    media_max_mb: int = _media(
        "MEDIA_MAX_MB",
        0,
        parsers.integer(0, 1_000_000_000),
        "Size of a bot's sent/ and received/ together; the oldest goes. 0 is no limit.",
        unit="MB",
    )
