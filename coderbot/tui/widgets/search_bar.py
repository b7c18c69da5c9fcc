"""The field in which one types what to search for in the log."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label

from coderbot.tui.keys import SEARCH_KEYS


class SearchBar(Horizontal):
    """One row: a slash, and the field."""

    DEFAULT_CSS = """
    SearchBar { height: 1; display: none; }
    SearchBar.-open { display: block; }
    SearchBar Label { width: auto; }
    SearchBar Input { width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*SEARCH_KEYS]

    @dataclass
    class Changed(Message):
        """The text changed; what it matches is to be marked."""

        search_bar: "SearchBar"
        needle: str

        @property
        def control(self) -> "SearchBar":
            """The field it is about."""
            return self.search_bar

    @dataclass
    class Submitted(Changed):
        """The text is complete: go to the first match."""

    @dataclass
    class Left(Message):
        """The search was given up."""

        search_bar: "SearchBar"

        @property
        def control(self) -> "SearchBar":
            """The field it is about."""
            return self.search_bar

    def compose(self) -> ComposeResult:
        """Compose the row."""
        yield Label(" / ", markup=False)
        field = Input(compact=True, placeholder="search the log")
        field.cursor_blink = False
        yield field

    def open(self) -> None:
        """Show the field, and type into it."""
        self.add_class("-open")
        self.query_one(Input).focus()

    def close(self) -> None:
        """Hide the field."""
        self.remove_class("-open")

    def clear(self) -> None:
        """Hide the field and forget its text."""
        self.query_one(Input).clear()
        self.close()

    def action_leave(self) -> None:
        """Give the search up."""
        self.post_message(self.Left(self))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self, event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted(self, event.value))
