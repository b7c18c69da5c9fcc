"""Something that can be chosen or left out; told by a sign, not by a colour."""

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from coderbot.tui.keys import CHOICE_KEYS
from coderbot.tui.tones import toned


class Choice(Static, can_focus=True):
    """A line with a box.

    Args:
        text: What it is about.
        chosen: Whether it is chosen at first.
    """

    DEFAULT_CSS = """
    Choice { height: 1; width: 100%; text-wrap: nowrap; text-overflow: ellipsis; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*CHOICE_KEYS]

    chosen: reactive[bool] = reactive(False)
    """Whether it is chosen."""

    @dataclass
    class Changed(Message):
        """It was chosen, or left out."""

        choice: "Choice"

        @property
        def control(self) -> "Choice":
            """The choice it is about."""
            return self.choice

    def __init__(self, text: str, *, chosen: bool) -> None:
        super().__init__(markup=False)
        self._text = text
        self.set_reactive(Choice.chosen, chosen)

    def render(self) -> Content:
        """Return box and text."""
        box = toned("[✓]", "good") if self.chosen else toned("[ ]", "muted")
        return box + toned(f" {self._text}", "plain" if self.chosen else "muted")

    def watch_chosen(self) -> None:
        """Tell."""
        self.post_message(self.Changed(self))

    def action_toggle_choice(self) -> None:
        """Choose it, or leave it out."""
        self.chosen = not self.chosen

    def on_click(self) -> None:
        """Choose it, or leave it out."""
        self.action_toggle_choice()
