"""From a chat message to the command that it is (pure)."""

import re
from dataclasses import dataclass

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,64}))?(?:\s|\Z)")


@dataclass(frozen=True, slots=True)
class Call:
    """A command as somebody wrote it."""

    name: str
    """Lower case, without the slash."""
    argument: str
    """The rest of the message; blanks around it are dropped."""
    raw_argument: str
    """The rest after the one blank that ends the command, untouched."""


def parse_command(text: str, username: str) -> Call | None:
    """Return the command that `text` is, if it is one for this bot.

    Args:
        text: The message.
        username: Name of this bot without the @, for `/command@name`.
    """
    found = _COMMAND.match(text)
    if found is None or (found[2] and found[2].lower() != username.lower()):
        return None
    rest = text[found.end() :]
    return Call(found[1].lower(), rest.strip(), rest)
