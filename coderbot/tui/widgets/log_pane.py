"""One pane of the log: whose lines, and the lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from coderbot.supervisor.lines import LogLine
from coderbot.tui.linebuffer import KEEP
from coderbot.tui.linefilter import LineFilter
from coderbot.tui.rows import counted
from coderbot.tui.widgets.log_view import LogView


class LogPane(Vertical):
    """The log of all bots, or of one.

    Args:
        scope: The bot; None for all.
        keep: How many lines to hold at most.
    """

    DEFAULT_CSS = """
    LogPane { height: 1fr; }
    LogPane .log-title { height: 1; }
    LogPane .log-scope { width: 1fr; height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    LogPane .log-follow { width: auto; height: 1; }
    """

    @dataclass
    class Began(Message):
        """The pane is there, and can be filled."""

        log_pane: "LogPane"

        @property
        def control(self) -> "LogPane":
            """The pane it is about."""
            return self.log_pane

    def __init__(self, scope: str | None, *, keep: int = KEEP) -> None:
        super().__init__()
        self.scope = scope
        """The bot whose lines are shown; None for all."""
        self.keep = keep
        """How many lines it holds at most."""
        self.is_ready = False
        """Whether its title and its lines are there."""
        self.view = LogView(keep=keep)
        """The lines."""
        self._words = Static("", classes="log-scope", markup=False)
        self._follow = Static("", classes="log-follow", markup=False)
        self._told = ""
        self._called = "all bots"
        self._filter = LineFilter()
        self._skipped = 0
        self._note = ""
        self._everywhere: int | None = None

    def compose(self) -> ComposeResult:
        """Compose title and lines."""
        with Horizontal(classes="log-title"):
            yield self._words
            yield self._follow
        yield self.view

    def on_mount(self) -> None:
        """Write the title, and ask for lines."""
        self.is_ready = True
        self._title()
        self.post_message(self.Began(self))

    def rename(self, name: str) -> None:
        """Say whose lines they are."""
        if name != self._called:
            self._called = name
            self._title()

    def show(self, lines: Sequence[LogLine], only: LineFilter) -> None:
        """Show these lines instead, as far as the filter lets them pass."""
        self._filter, self._skipped, self._note = only, 0, ""
        self.view.show(self._passing(lines))
        self._title()

    def add(self, lines: Sequence[LogLine], skipped: int = 0) -> None:
        """Add newer lines.

        Args:
            lines: The lines, in order.
            skipped: How many before them came too fast to be shown.
        """
        self.view.add(self._passing(lines))
        if skipped:
            self._skipped += skipped
            self._title()

    def count_everywhere(self, count: int | None) -> None:
        """Note how many matches the whole history has; None: not known."""
        self._everywhere = count
        self._title()

    @property
    def has_older_match(self) -> bool:
        """Whether the next older match is no longer among the lines held."""
        view = self.view
        stands_at_first = not view.matches or view.match == 1
        return stands_at_first and view.matches < (self._everywhere or 0)

    def go_to_match(self, step: int) -> bool:
        """Go to the next match; return whether there is one."""
        self._note = ""
        found = self.view.go_to_match(step)
        self._title()
        return found

    def go_to_error(self, step: int) -> bool:
        """Go to the next error; return whether there is one."""
        found = self.view.go_to_error(step)
        self._note = "" if found else "no error"
        self._title()
        return found

    def _passing(self, lines: Sequence[LogLine]) -> Sequence[LogLine]:
        if not self._filter:
            return lines
        return [line for line in lines if self._filter.shows(line)]

    @on(LogView.FollowChanged)
    @on(LogView.Searched)
    def _view_changed(self) -> None:
        self._title()

    def _title(self) -> None:
        if not self.is_ready:
            return
        words = [
            self._called,
            self._filter.describe(),
            f"{self._skipped:,} lines came too fast to show" if self._skipped else "",
            self._search_words(),
            self._note,
        ]
        self._words.update(Content("  ·  ".join(filter(None, words))), layout=False)
        self._follow.set_class(not self.view.following, "-paused")
        follow = self._follow_words()
        if follow != self._told:
            self._told = follow
            self._follow.update(Content(follow))

    def _search_words(self) -> str:
        view = self.view
        if not view.needle:
            return ""
        if view.needle.error:
            return f"bad expression: {view.needle.error}"
        more = "…" if view.scanning else ""
        where = f"{view.match:,}/" if view.match else ""
        total = f"{where}{view.matches:,}{more}"
        if self._everywhere and self._everywhere > view.matches:
            total += f" of {self._everywhere:,} in all"
        elif not view.matches and not view.scanning:
            return f"no match: {view.needle.text}"
        return f"match {total}: {view.needle.text}"

    def _follow_words(self) -> str:
        view = self.view
        if view.is_past and view.unseen:
            return f"‖ history, {counted(view.unseen, 'new line')}  End follows"
        if view.is_past:
            return "‖ history  End follows"
        if view.following:
            return "▼ following"
        if not view.unseen:
            return "‖ paused  End follows"
        return f"‖ {counted(view.unseen, 'new line')}  End follows"
