"""Tables in Markdown."""

from collections.abc import Iterable, Sequence

MADE = "<!-- Made by `python -m scripts.reference`. -->"
"""Stands below the title of every page that is made."""


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; a bar inside a cell is kept from ending it."""
    lines = [titles, ["---"] * len(titles)]
    lines += [[_cell(each) for each in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def code(text: str) -> str:
    """Return `text` as code; nothing stays nothing."""
    return f"`{text}`" if text else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
