"""The reference of all commands (pure): for /help, for usage errors and the docs.

`python -m scripts.reference` writes docs/reference/control-bot.md, the latter.
"""

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
    """Return the reference as a document in Markdown."""
    head = (
        "# Commands of the control bot\n\n"
        "<!-- Made by `python -m scripts.reference`. -->\n\n"
        "What they do in full, and who may use them: [The control bot](../control-bot.md)."
    )
    tables = [
        f"## {section.value}\n\n| send | and |\n| --- | --- |\n"
        + "\n".join(map(_row, commands))
        for section, commands in groupby(COMMANDS, attrgetter("section"))
    ]
    return "\n\n".join((head, *tables, _BOT)) + "\n"


def usage(command: Command) -> str:
    """Return what to say when the arguments of `command` make no sense."""
    example = f"\nExample: /{command.name} {command.example}" if command.example else ""
    return f"{command.form} - {command.help}{example}"


def _line(command: Command) -> str:
    others = "".join(f", /{alias}" for alias in command.aliases)
    return f"{command.form}{others} - {command.help}"


def _row(command: Command) -> str:
    names = "".join(f", `/{alias}`" for alias in command.aliases)
    return f"| `{command.form}`{names} | {command.help} |"
