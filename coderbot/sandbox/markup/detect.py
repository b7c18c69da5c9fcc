"""Entities that Telegram finds by itself: commands, links, mentions."""

import re

from coderbot.sandbox.jsontypes import Json
from coderbot.sandbox.markup.builder import units

_PATTERNS = (
    ("url", re.compile(r"(?<![\w@/])(?:https?://|www\.)[^\s<>\"']*[\w/#=&%+~-]")),
    (
        "bot_command",
        re.compile(r"(?<![\w/<>.])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/])"),
    ),
    ("mention", re.compile(r"(?<![\w@/.])@[A-Za-z]\w{3,31}(?!\w)")),
)


def detect(text: str, taken: list[Json]) -> list[Json]:
    """Return entities found in plain text, none of which crosses one of `taken`."""
    found: list[Json] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            offset = units(text[: match.start()])
            entity = {"type": kind, "offset": offset, "length": units(match[0])}
            if not any(_overlap(entity, other) for other in (*taken, *found)):
                found.append(entity)
    return found


def _overlap(one: Json, other: Json) -> bool:
    return bool(
        one["offset"] < other["offset"] + other["length"]
        and other["offset"] < one["offset"] + one["length"]
    )
