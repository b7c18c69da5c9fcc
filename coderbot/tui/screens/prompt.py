"""A question that is answered with a line of text."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from coderbot.tui.keys import LEAVE_KEYS


class PromptScreen(ModalScreen[str]):
    """Asks; yields the text, empty when it was left with Escape.

    Args:
        title: The question.
        value: What stands in the field at first.
    """

    DEFAULT_CSS = """
    PromptScreen { align: center middle; }
    PromptScreen #dialog { width: 76; max-width: 96%; height: auto; }
    PromptScreen Label { width: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*LEAVE_KEYS]

    def __init__(self, title: str, value: str = "") -> None:
        super().__init__()
        self._question = title
        self._value = value

    def compose(self) -> ComposeResult:
        """Compose the dialog."""
        with Vertical(id="dialog", classes="dialog"):
            yield Label(self._question, classes="question", markup=False)
            field = Input(self._value, compact=True, select_on_focus=False)
            field.cursor_blink = False
            yield field
            yield Label("Enter writes · Esc leaves", classes="hint", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value.strip())

    def action_leave(self) -> None:
        """Answer nothing."""
        self.dismiss("")
