"""The reference of all commands (pure): for /help and for the docs.

`python -m scripts.reference` writes docs/reference/commands.md, the latter.
"""

from collections.abc import Iterable, Sequence

from coderbot.botprocess.telegram.lengths import MAX_TEXT_UNITS, utf16_units
from coderbot.worker.telegram.command import Command
from coderbot.worker.telegram.commands import by_section

_NOTES = (
    "Any other text is typed into the terminal, followed by Enter; several lines "
    "stay one paste.",
    "A slash would be a command for this bot, so write a point for commands of the "
    "program in the terminal: .clear types /clear, .model opus types /model opus. "
    "That goes for the commands that coding CLIs are known for; //name types /name "
    "for any other. What a shell means by a point stays: ./run, .., .hidden. "
    "..exit types .exit.",
    "[m0] to [m9] stand for the texts of M0 to M9 in the settings, [name] for a "
    "macro of your own (/macro), [media] for the directory whose files are sent to you, which programs in the terminal "
    "know as $CODERBOT_OUTBOX.",
)


def help_pages(media_dir: str, own: Sequence[Command] = ()) -> tuple[str, ...]:
    """Return the answer to /help: as few messages as Telegram's limit allows.

    Args:
        media_dir: Where files are exchanged.
        own: Commands that only the one who asks has.
    """
    groups = {each.value: group for each, group in by_section().items()}
    groups |= {"Your own": tuple(own)} if own else {}
    blocks = [
        "\n".join((title, *map(_line, commands))) for title, commands in groups.items()
    ]
    files = f"Files put into {media_dir} are sent to this chat."
    return _pages((*blocks, *_NOTES, files))


def document() -> str:
    """Return the reference as a document in Markdown."""
    head = (
        "# Commands in chat\n\n"
        "<!-- Made by `python -m scripts.reference`. -->\n\n"
        "Every command is also understood as `/command@name_of_the_bot`. A command "
        "that needs a terminal says how to open one when there is none."
    )
    tables = [
        f"## {section.value}\n\n| send | and |\n| --- | --- |\n"
        + "\n".join(map(_row, commands))
        for section, commands in by_section().items()
    ]
    return "\n\n".join((head, *tables, "## Text", *_NOTES)) + "\n"


def usage(command: Command) -> str:
    """Return what to say when the arguments of `command` make no sense."""
    example = f"\nExample: /{command.name} {command.example}" if command.example else ""
    return f"{command.form} - {command.help}{example}"


def _line(command: Command) -> str:
    others = "".join(f", /{alias}" for alias in command.aliases)
    return f"{command.form}{others} - {command.help}"


def _row(command: Command) -> str:
    names = ", ".join(f"`/{name}`" for name in command.aliases)
    form = f"`{command.form}`" + (f", {names}" if names else "")
    # A bar inside a table would end the cell, also between backticks.
    return f"| {_escaped(form)} | {_escaped(command.help)} |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _pages(blocks: Iterable[str]) -> tuple[str, ...]:
    """Join blocks to pages that Telegram takes; a block is never parted."""
    pages: list[str] = []
    for block in blocks:
        joined = f"{pages[-1]}\n\n{block}" if pages else block
        if pages and utf16_units(joined) <= MAX_TEXT_UNITS:
            pages[-1] = joined
        else:
            pages.append(block)
    return tuple(pages)
