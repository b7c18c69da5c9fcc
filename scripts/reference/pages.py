"""Which page is made by what."""

from collections.abc import Callable, Iterator
from pathlib import Path

from coderbot.config import example
from coderbot.controlbot import reference as control
from coderbot.supervisor import gauges
from coderbot.worker.telegram import reference as chat
from scripts.reference import (
    assistants,
    botapi,
    cli,
    exitcodes,
    frames,
    journeys,
    keys,
    licences,
    settings,
    statusjson,
)

ROOT = Path(__file__).parents[2]

PAGES: dict[str, Callable[[], str]] = {
    ".env.example": example.render,
    "docs/reference/settings.md": settings.render,
    "docs/reference/commands.md": chat.document,
    "docs/reference/control-bot.md": control.document,
    "docs/reference/cli.md": cli.render,
    "docs/reference/keys.md": keys.render,
    "docs/reference/exit-codes.md": exitcodes.render,
    "docs/reference/status-json.md": statusjson.render,
    "docs/reference/metrics.md": gauges.render_page,
    "docs/reference/frames.md": frames.render,
    "docs/reference/assistants.md": assistants.render,
    "docs/reference/bot-api.md": botapi.render,
    "docs/reference/licences.md": licences.render,
    **journeys.PICTURES,
}
"""By path from the root of the project."""


def outdated() -> Iterator[tuple[Path, str]]:
    """Yield each page that is not what the code says, with what it should be."""
    for name, render in PAGES.items():
        path, text = ROOT / name, render()
        if not path.exists() or path.read_text() != text:
            yield path, text
