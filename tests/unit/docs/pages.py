"""The documentation as text, for its tests."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in (*ROOT.glob("*.md"), *DOCS.rglob("*.md"), ROOT / "bench" / "README.md")
}
"""Every page by its path from the root."""


def page(name: str) -> str:
    """Return the text of a page of docs/."""
    return PAGES[f"docs/{name}"]


def unescaped(text: str) -> str:
    """Return the text of a table as one reads it."""
    return text.replace("\\|", "|")


def code_of(text: str) -> list[str]:
    """Return what a page shows as code: spans, and lines of blocks."""
    blocks = re.findall(r"^ *```[^\n]*\n(.*?)^ *```", text, re.S | re.M)
    spans = re.findall(
        r"`([^`\n]+)`", re.sub(r"^ *```.*?^ *```", "", text, flags=re.S | re.M)
    )
    return [*spans, *(line for block in blocks for line in block.splitlines())]
