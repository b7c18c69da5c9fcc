"""The reference of all commands (pure): for /help and for the docs.

`python -m scripts.reference` writes docs/reference/commands.md, the latter.
"""

from collections.abc import Iterable, Sequence

from coderbot.botprocess.telegram.lengths import MAX_TEXT_UNITS, utf16_units
from coderbot.botprocess.telegram.listed import help_blocks, tables
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
    blocks = help_blocks(groups.items())
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
    groups = [(each.value, commands) for each, commands in by_section().items()]
    return "\n\n".join((head, *tables(groups), "## Text", *_NOTES)) + "\n"


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
