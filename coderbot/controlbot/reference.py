"""The reference of all commands (pure): for /help and the docs.

`python -m scripts.reference` writes docs/reference/control-bot.md, the latter.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from coderbot.botprocess.telegram.listed import help_blocks, tables
from coderbot.controlbot.commands import COMMANDS, Command

_BOT = (
    "A BOT is its id, which never changes while the fleet runs (bot-0), or its @name."
)


def help_text() -> str:
    """Return the answer to /help."""
    return "\n\n".join((*help_blocks(_groups()), _BOT))


def document() -> str:
    """Return the reference as a document in Markdown."""
    head = (
        "# Commands of the control bot\n\n"
        "<!-- Made by `python -m scripts.reference`. -->\n\n"
        "What they do in full, and who may use them: [The control bot](../control-bot.md)."
    )
    return "\n\n".join((head, *tables(_groups()), _BOT)) + "\n"


def _groups() -> Iterator[tuple[str, Iterator[Command]]]:
    for section, commands in groupby(COMMANDS, attrgetter("section")):
        yield section.value, commands
