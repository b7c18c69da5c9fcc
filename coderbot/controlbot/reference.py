"""The reference of all commands (pure): for /help, for usage errors and the docs.

`python -m coderbot.controlbot.reference` writes the table of docs/control-bot.md.
"""

import sys
from itertools import groupby
from operator import attrgetter

from coderbot.controlbot.commands import COMMANDS, Command

_BOT = (
    "A BOT is its id, which never changes while the fleet runs (bot-0), or its @name."
)


def help_text() -> str:
    """Return the answer to /help."""
    blocks = [
        "\n".join((section.value, *map(_line, commands)))
        for section, commands in groupby(COMMANDS, attrgetter("section"))
    ]
    return "\n\n".join((*blocks, _BOT))


def document() -> str:
    """Return the table for the docs, in Markdown."""
    rows = [f"| `{each.form}` | {each.help} |" for each in COMMANDS]
    return "\n".join(("| send | and |", "| --- | --- |", *rows)) + "\n"


def usage(command: Command) -> str:
    """Return what to say when the arguments of `command` make no sense."""
    example = f"\nExample: /{command.name} {command.example}" if command.example else ""
    return f"{command.form} - {command.help}{example}"


def _line(command: Command) -> str:
    others = "".join(f", /{alias}" for alias in command.aliases)
    return f"{command.form}{others} - {command.help}"


if __name__ == "__main__":
    sys.stdout.write(document())
