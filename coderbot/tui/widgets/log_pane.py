"""The lower half of the screen: title, lines, search."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from coderbot.supervisor.lines import LogLine
from coderbot.tui.rows import counted
from coderbot.tui.widgets.log_view import LogView
from coderbot.tui.widgets.search_bar import SearchBar


class LogPane(Vertical):
    """The log of all bots, or of one.

    Args:
        id: The id of the widget.
    """

    DEFAULT_CSS = """
    LogPane { height: 1fr; }
    LogPane #log-title { height: 1; }
    LogPane #log-scope { width: 1fr; height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    LogPane #log-follow { width: auto; height: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._skipped = 0
        self._scope = ""
        self._search_note = ""

    def compose(self) -> ComposeResult:
        """Compose title, lines and search field."""
        with Horizontal(id="log-title"):
            yield Static("", id="log-scope", markup=False)
            yield Static("", id="log-follow", markup=False)
        yield LogView(id="log-view")
        yield SearchBar()

    def on_mount(self) -> None:
        """Write the title."""
        self._title()

    @property
    def view(self) -> LogView:
        """The lines."""
        return self.query_one(LogView)

    @property
    def search_bar(self) -> SearchBar:
        """The search field."""
        return self.query_one(SearchBar)

    def show(self, lines: Sequence[LogLine], scope: str) -> None:
        """Show these lines instead.

        Args:
            lines: The lines, in order.
            scope: Whose they are, for the title.
        """
        self._scope, self._skipped = scope, 0
        self.view.show(lines)
        self._title()

    def add(self, lines: Sequence[LogLine], skipped: int = 0) -> None:
        """Add newer lines.

        Args:
            lines: The lines, in order.
            skipped: How many before them came too fast to be shown.
        """
        self.view.add(lines)
        if skipped:
            self._skipped += skipped
            self._title()

    def do(self, what: str) -> None:
        """Carry out a key of the log: `times`, `wrap`, `search`, `end`, …"""
        match what:
            case "times":
                self.view.times = not self.view.times
            case "wrap":
                self.view.wrap = not self.view.wrap
            case "search":
                self.search_bar.open()
            case "leave":
                self._leave_search()
            case "newer":
                self._go_to_match(1)
            case "older":
                self._go_to_match(-1)
            case _:
                self.view.action_scroll(what)

    def _go_to_match(self, step: int) -> None:
        needle = self.view.needle
        if not needle:
            self._search_note = "nothing to search for: press / first"
        elif self.view.go_to_match(step):
            self._search_note = f"match: {needle}"
        else:
            self._search_note = f"no match: {needle}"
        self._title()

    def _leave_search(self) -> None:
        self.search_bar.clear()
        self.view.needle = self._search_note = ""
        self._title()

    @on(SearchBar.Changed)
    def _mark(self, event: SearchBar.Changed) -> None:
        event.stop()
        self.view.needle = event.needle

    @on(SearchBar.Submitted)
    def _search(self, event: SearchBar.Submitted) -> None:
        event.stop()
        self.view.needle = event.needle
        self.search_bar.close()
        self.view.focus()
        self._go_to_match(-1)

    @on(SearchBar.Left)
    def _left(self, event: SearchBar.Left) -> None:
        event.stop()
        self._leave_search()
        self.view.focus()

    @on(LogView.FollowChanged)
    def _follow_changed(self, event: LogView.FollowChanged) -> None:
        event.stop()
        self._title()

    def _title(self) -> None:
        view = self.view
        words = ["Log", self._scope]
        if self._skipped:
            words.append(f"{counted(self._skipped, 'line')} came too fast to show")
        if self._search_note:
            words.append(self._search_note)
        self.query_one("#log-scope", Static).update(
            Content("  ·  ".join(filter(None, words)))
        )
        follow = self.query_one("#log-follow", Static)
        follow.set_class(not view.following, "-paused")
        follow.update(Content(self._follow_words(view)))

    def _follow_words(self, view: LogView) -> str:
        if view.following:
            return "▼ following "
        if not view.unseen:
            return "‖ paused  End follows "
        return f"‖ {counted(view.unseen, 'new line')}  End follows "
