"""The page about what the local Telegram knows of the Bot API."""

import coderbot.sandbox.dispatch  # noqa: F401 - enters the methods into the table
from coderbot.sandbox.api.table import METHODS
from coderbot.sandbox.faults import KINDS
from scripts.reference.tables import MADE

_HEAD = """\
# The Bot API of the local Telegram

{made}

Methods that [the local Telegram](../guides/sandbox.md) answers as the public description of the Bot API says; any other is
answered with 404. Faults that it can be asked for: {faults}.

"""


def render() -> str:
    """Return the text of the page."""
    head = _HEAD.format(made=MADE, faults=", ".join(f"`{kind}`" for kind in KINDS))
    return head + "".join(f"- `{name}`\n" for name, _ in sorted(METHODS.values()))
