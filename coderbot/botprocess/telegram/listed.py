"""How commands are listed for people (pure): in /help, usage errors and the docs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Group = tuple[str, Iterable["ListedCommand"]]
"""A heading, and the commands under it."""


@dataclass(frozen=True, slots=True)
class ListedCommand:
    """One command of a bot, as far as people are told of it."""

    name: str
    """Without the slash; `[a-z0-9_]`, up to 32 characters."""
    help: str
    """What it does; one line, lower case, without a full stop."""
    handler: str
    """Function that carries it out: `module.function` in `handlers/`."""
    aliases: tuple[str, ...] = ()
    """Other names of the same."""
    usage: str = ""
    """Its arguments: `NAME`, `[N]`, `on|off`; those in brackets may be left out."""
    example: str = ""
    """Arguments that show how it is meant; told with every usage error."""

    @property
    def names(self) -> tuple[str, ...]:
        """The name and all aliases."""
        return (self.name, *self.aliases)

    @property
    def form(self) -> str:
        """How it is written: `/logs BOT [N] [LEVEL]`."""
        return f"/{self.name} {self.usage}".rstrip()


def usage(command: ListedCommand) -> str:
    """Return what to say when the arguments of `command` make no sense."""
    example = f"\nExample: /{command.name} {command.example}" if command.example else ""
    return f"{command.form} - {command.help}{example}"


def help_blocks(groups: Iterable[Group]) -> Sequence[str]:
    """Return the blocks of /help, one for each group."""
    return ["\n".join((title, *map(_line, commands))) for title, commands in groups]


def tables(groups: Iterable[Group]) -> Sequence[str]:
    """Return the tables of the documentation in Markdown, one for each group."""
    return [
        f"## {title}\n\n| send | and |\n| --- | --- |\n"
        + "\n".join(map(_row, commands))
        for title, commands in groups
    ]


def _line(command: ListedCommand) -> str:
    others = "".join(f", /{alias}" for alias in command.aliases)
    return f"{command.form}{others} - {command.help}"


def _row(command: ListedCommand) -> str:
    others = "".join(f", `/{alias}`" for alias in command.aliases)
    # A bar inside a table would end the cell, also between backticks.
    form, does = (
        text.replace("|", "\\|") for text in (f"`{command.form}`{others}", command.help)
    )
    return f"| {form} | {does} |"
