"""The page about the command line."""

from collections.abc import Iterator

import click

from coderbot.cli import main, main_tui
from coderbot.sandbox.__main__ import main as sandbox
from scripts.reference.tables import MADE, code, table

_HEAD = """\
# Command line

{made}

The commands behind `coderbot`, with every option; how they find a supervisor, and what they print, tells
[Steering from a shell](../control.md). All of them know `--help`.
"""


def render() -> str:
    """Return the text of the page."""
    parts = [_HEAD.format(made=MADE), *_command("coderbot", main)]
    parts += _command("coderbot-tui", main_tui)
    parts += _command("coderbot sandbox", sandbox)
    return "\n".join(parts)


def commands(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """Yield a command and all below it, by what is typed."""
    yield name, command
    if isinstance(command, click.Group):
        for below, each in command.commands.items():
            # Its options are those of the program that it becomes.
            if each is not main.commands["sandbox"]:
                yield from commands(f"{name} {below}", each)


def _command(name: str, command: click.Command) -> Iterator[str]:
    for typed, each in commands(name, command):
        usage = " ".join((typed, *_pieces(each)))
        text = "\n\n".join(" ".join(p.split()) for p in (each.help or "").split("\n\n"))
        yield f"## {typed}\n\n```\n{usage}\n```\n\n{text}\n"
        options = [p for p in each.params if isinstance(p, click.Option)]
        if options:
            yield table(("option", "does"), map(_option, options))


def _pieces(command: click.Command) -> list[str]:
    context = click.Context(command)
    pieces = command.collect_usage_pieces(context)
    if not any(isinstance(each, click.Option) for each in command.params):
        pieces.remove("[OPTIONS]")
    return pieces


def _option(option: click.Option) -> tuple[str, str]:
    with click.Context(click.Command("")) as context:
        record = option.get_help_record(context)
    assert record is not None
    form, words = record
    return code(form), words
