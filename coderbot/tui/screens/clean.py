"""Which files of bots are to be deleted: a look first, then a choice."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from coderbot.control.port import MediaFolder
from coderbot.tui.keys import CLEAN_KEYS, CONFIRM_KEYS
from coderbot.tui.rows import counted, size
from coderbot.tui.widgets.choice import Choice


class CleanScreen(ModalScreen[tuple[str, ...]]):
    """Shows what is there; yields the names of the chosen folders, or nothing.

    Args:
        whose: The bot, or how many.
        folders: What lies in each that can be cleaned.
    """

    DEFAULT_CSS = """
    CleanScreen { align: center middle; }
    CleanScreen #dialog { width: 60; max-width: 90%; height: auto; }
    CleanScreen #buttons { height: auto; align-horizontal: right; }
    CleanScreen Label { width: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*CONFIRM_KEYS, *CLEAN_KEYS]
    AUTO_FOCUS = "#no"

    def __init__(self, whose: str, folders: Sequence[MediaFolder]) -> None:
        super().__init__()
        self._whose = whose
        self._folders = folders

    def compose(self) -> ComposeResult:
        """Compose the dialog."""
        with Vertical(id="dialog", classes="dialog danger"):
            title = f"Clean the media of {self._whose}?"
            yield Label(title, classes="question", markup=False)
            for number, folder in enumerate(self._folders, 1):
                words = f"{number}  {folder.name + '/':<10} {_amount(folder):>24}"
                yield Choice(words, chosen=bool(folder.files))
            hint = "1 2 3 choose · e everything · files that wait to be sent stay"
            yield Label(hint, classes="hint", markup=False)
            with Horizontal(id="buttons"):
                yield Button("No (n)", id="no", compact=True)
                yield Button("Delete (y)", id="yes", variant="error", compact=True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_answer(event.button.id == "yes")

    @on(Choice.Changed)
    def _changed(self, event: Choice.Changed) -> None:
        event.stop()
        button = self.query_one("#yes", Button)
        button.disabled = not self._chosen()

    def action_answer(self, yes: bool) -> None:
        """Answer by key."""
        self.dismiss(self._chosen() if yes else ())

    def action_choose(self, place: int) -> None:
        """Choose a folder, or leave it out."""
        boxes = list(self.query(Choice))
        if place < len(boxes):
            boxes[place].action_toggle_choice()

    def action_everything(self) -> None:
        """Choose all folders, or none."""
        boxes = list(self.query(Choice))
        wanted = not all(box.chosen for box in boxes)
        for box in boxes:
            box.chosen = wanted

    def _chosen(self) -> tuple[str, ...]:
        boxes = self.query(Choice)
        pairs = zip(self._folders, boxes, strict=True)
        return tuple(folder.name for folder, box in pairs if box.chosen)


def _amount(folder: MediaFolder) -> str:
    return f"{counted(folder.files, 'file')}, {size(folder.size_bytes)}"
