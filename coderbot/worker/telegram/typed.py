"""From a chat message to what is typed into a terminal (pure)."""

import re
from collections.abc import Mapping

from coderbot.worker.telegram.slashnames import with_slash

MACRO_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
"""What a macro may be called."""
# Brackets with M0 to M9 have always stayed as they are: indexes of programs.
_MARK = re.compile(r"\[(?!M[0-9]\])([A-Za-z][A-Za-z0-9_-]{0,31})\]")


def typed_text(text: str, marks: Mapping[str, str]) -> str:
    """Return what the message `text` types.

    Telegram takes a leading slash for a command of the bot, so `.clear` types
    `/clear` (`slashnames` knows which). Macros are replaced once; what they stand
    for is taken literally.

    Args:
        text: The message.
        marks: What `[name]` stands for, by the name in lower case; an empty text
            leaves its mark alone.
    """

    def replace(found: re.Match[str]) -> str:
        return marks.get(found[1].lower()) or found[0]

    return _MARK.sub(replace, with_slash(text))
