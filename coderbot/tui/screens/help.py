"""All keys, read from where they are defined."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from coderbot.tui.keys import GROUPS, HELP_KEYS, Group, shown
from coderbot.tui.tones import toned

_KEY_WIDTH = 12
"""Cells for the keys; with 80 columns, every tooltip then fits its row."""


class HelpScreen(ModalScreen[None]):
    """A list of keys, in groups.

    Args:
        keymap: Other keys than the usual ones, by the id of their binding.
    """

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen #keys { width: 78; max-width: 96%; height: auto; max-height: 90%; }
    HelpScreen Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*HELP_KEYS]

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        """Compose the list."""
        with VerticalScroll(id="keys") as keys:
            keys.border_title = "Keys"
            keys.border_subtitle = "Esc closes"
            for group in GROUPS:
                yield Static(
                    Content("\n").join(_rows(group, self._keymap)), classes="group"
                )

    def action_leave(self) -> None:
        """Close the help."""
        self.dismiss()


def _rows(group: Group, keymap: Mapping[str, str]) -> Iterator[Content]:
    yield toned(group.title, "strong")
    for binding in group.keys:
        keys = toned(f"  {shown(binding, keymap):<{_KEY_WIDTH}}", "busy")
        yield keys + toned(binding.tooltip or binding.description, "plain")
