"""A question before something that cannot be undone."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from coderbot.tui.keys import CONFIRM_KEYS


class ConfirmScreen(ModalScreen[bool]):
    """Asks; yields True for yes. The focus is on no.

    Args:
        title: The question.
        body: What yes would do.
        yes: The word on the button.
        no: The word on the other one.
    """

    DEFAULT_CSS = """
    ConfirmScreen { align: center middle; }
    ConfirmScreen #dialog { width: 60; max-width: 90%; height: auto; }
    ConfirmScreen #buttons { height: auto; align-horizontal: right; }
    ConfirmScreen Label { width: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*CONFIRM_KEYS]
    AUTO_FOCUS = "#no"

    def __init__(self, title: str, body: str, *, yes: str, no: str = "No") -> None:
        super().__init__()
        self._question = title
        self._body = body
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        """Compose the dialog."""
        with Vertical(id="dialog", classes="dialog danger"):
            yield Label(self._question, classes="question", markup=False)
            yield Label(self._body, id="body", markup=False)
            with Horizontal(id="buttons"):
                yield Button(f"{self._no} (n)", id="no", compact=True)
                yield Button(
                    f"{self._yes} (y)", id="yes", variant="error", compact=True
                )

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id == "yes")

    def action_answer(self, yes: bool) -> None:
        """Answer by key."""
        self.dismiss(yes)
