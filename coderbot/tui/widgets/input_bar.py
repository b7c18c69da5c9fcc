"""A field below the log or the table: what to search for, what to show."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label

from coderbot.tui.logkeys import SEARCH_KEYS


class InputBar(Horizontal):
    """One row: a sign, the field, and how its text is read.

    Args:
        sign: Stands before the field.
        placeholder: Stands in it while it is empty.
        has_regex: Whether Ctrl-R turns the text into a regular expression.
        id: The id of the widget.
    """

    DEFAULT_CSS = """
    InputBar { height: 1; display: none; }
    InputBar Label { width: auto; }
    InputBar Input { width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*SEARCH_KEYS]

    @dataclass
    class Changed(Message):
        """The text changed, or how it is read."""

        input_bar: "InputBar"
        text: str
        is_regex: bool

        @property
        def control(self) -> "InputBar":
            """The field it is about."""
            return self.input_bar

    @dataclass
    class Submitted(Changed):
        """The text is complete."""

    @dataclass
    class Left(Message):
        """The field was left with Escape: its text is given up."""

        input_bar: "InputBar"

        @property
        def control(self) -> "InputBar":
            """The field it is about."""
            return self.input_bar

    def __init__(
        self, sign: str, placeholder: str, *, has_regex: bool = False, id: str
    ) -> None:
        super().__init__(id=id)
        self._sign = sign
        self._placeholder = placeholder
        self._has_regex = has_regex
        self._is_regex = False

    def compose(self) -> ComposeResult:
        """Compose the row."""
        yield Label(f" {self._sign} ", classes="sign", markup=False)
        field = Input(compact=True, placeholder=self._placeholder)
        field.cursor_blink = False
        yield field
        yield Label("", classes="note", markup=False)

    def on_mount(self) -> None:
        """Tell of the key that only this field has."""
        self._show_kind()

    def open(self) -> None:
        """Show the field, and type into it: the very next key goes there."""
        self.display = True
        self.screen.set_focus(self.query_one(Input))

    def close(self) -> None:
        """Hide the field."""
        self.display = False

    def clear(self) -> None:
        """Hide the field and forget its text."""
        with self.prevent(Input.Changed):
            self.query_one(Input).clear()
        self.close()

    def _show_kind(self) -> None:
        kind = "regex" if self._is_regex else "text"
        text = f" {kind} (^r) " if self._has_regex else ""
        self.query_one(".note", Label).update(text)

    def action_leave(self) -> None:
        """Give the text up."""
        self.clear()
        self.post_message(self.Left(self))

    def action_regex(self) -> None:
        """Read the text the other way."""
        if self._has_regex:
            self._is_regex = not self._is_regex
            self._show_kind()
            text = self.query_one(Input).value
            self.post_message(self.Changed(self, text, self._is_regex))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self, event.value, self._is_regex))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.close()
        self.post_message(self.Submitted(self, event.value, self._is_regex))
