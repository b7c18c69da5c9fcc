"""The lower half of the screen: one pane of the log, or several."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Grid, Vertical
from textual.message import Message

from coderbot.control.port import SupervisorPort
from coderbot.errors import CoderBotError
from coderbot.supervisor.lines import PARENT, LogLine, head_of
from coderbot.tui.linebuffer import KEEP
from coderbot.tui.linefilter import LEVELS, LineFilter
from coderbot.tui.needle import Needle
from coderbot.tui.panes import LAYOUTS, columns_of, scopes_of
from coderbot.tui.past import Past
from coderbot.tui.plain import printable
from coderbot.tui.widgets.input_bar import InputBar
from coderbot.tui.widgets.log_pane import LogPane
from coderbot.tui.widgets.log_view import LogView
from coderbot.tui.work import begin

AT_ONCE = 20_000
"""Lines taken from the logbook at most for one picture; older ones are counted."""
_AGAIN = 1_000
"""By so many lines that allowance grows for each picture, in a flood that goes on.

Taking 1,000 lines costs 1 ms; nobody reads more, and the history has them all.
"""
_KEEP_OF_ONE = 10_000
"""Lines held by each of several panes."""
_TYPING_S = 0.2
"""A pause in typing after which the whole history is searched, in seconds."""
_LEAST_ROWS = 7
"""Rows of a pane, where all of them do not fit."""


class LogWall(Vertical):
    """Panes that share search, filters and looks.

    Args:
        port: The supervisor, for the lines.
        id: The id of the widget.
    """

    DEFAULT_CSS = """
    LogWall { height: 1fr; }
    LogWall #panes { height: 1fr; grid-gutter: 0 1; overflow-y: auto; }
    """

    def __init__(self, port: SupervisorPort, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._port = port
        self._layout_of = LAYOUTS[0]
        self._merged = True
        self._names: dict[str, str] = {}
        self._selected: str | None = None
        self._scopes: list[str | None] = [None]
        self._last_seq = 0
        self._allowance = AT_ONCE
        self._filter = LineFilter()
        self._needle = Needle()
        self._past = Past(port)
        self._times, self._wrap = True, False
        self._speakers: set[str] = set()
        """Ids of all whose lines there are."""

    def compose(self) -> ComposeResult:
        """Compose panes and fields."""
        with Grid(id="panes"):
            yield LogPane(None)
        yield InputBar("/", "search the log", has_regex=True, id="search")
        yield InputBar("only", "words  !without  /expression/", id="line-filter")

    @property
    def panes(self) -> Sequence[LogPane]:
        """The panes that are there, in order."""
        panes = self.query_one("#panes", Grid).query_children(LogPane)
        return tuple(pane for pane in panes if pane.is_ready)

    @property
    def active(self) -> LogPane | None:
        """The pane that keys act on: the focused one, or that of the selected bot."""
        panes = self.panes
        for pane in panes:
            if self.screen.focused is pane.view:
                return pane
        mine = [pane for pane in panes if pane.scope == self._selected]
        return next(iter([*mine, *panes]), None)

    def show_fleet(self, names: dict[str, str], selected: str | None) -> None:
        """Note which bots there are, in the order of the table, and what is selected.

        Args:
            names: What each is called, by id.
            selected: The bot under the cursor.
        """
        self._names, self._selected = names, selected
        self._speakers |= names.keys()
        self._arrange()

    def take(self) -> Sequence[LogLine]:
        """Take new lines from the logbook, show them, and return them."""
        self._allowance = min(AT_ONCE, self._allowance + _AGAIN)
        lines = self._port.lines(after=self._last_seq, limit=self._allowance)
        self._allowance -= len(lines)
        if not lines:
            return lines
        skipped = max(0, lines[0].seq - self._last_seq - 1)
        self._last_seq = lines[-1].seq
        mine: dict[str, list[LogLine]] = defaultdict(list)
        for line in lines:
            mine[line.bot].append(line)
        if not self._speakers >= mine.keys() - {PARENT}:
            # Such as the control bot, which is not in the table.
            self._speakers |= {bot for bot in mine if bot != PARENT}
            self._arrange()
        for pane in self.panes:
            of_pane = lines if pane.scope is None else mine[pane.scope]
            pane.add(of_pane, skipped if pane.scope is None else 0)
        return lines

    @property
    def _head_width(self) -> int:
        """Cells of the longest prefix."""
        heads = [len(head_of(bot)) for bot in self._speakers]
        return max(heads, default=len(head_of(PARENT)))

    def reload(self) -> None:
        """Show the kept lines anew, in every pane."""
        newest = self._port.lines(limit=1)
        self._last_seq = max((line.seq for line in newest), default=0)
        for pane in self.panes:
            self._fill(pane)

    def toggle_merged(self) -> None:
        """Lines of all bots, or of the selected one."""
        self._merged = not self._merged
        self._layout_of = LAYOUTS[0]
        self._arrange()

    def next_layout(self) -> None:
        """One pane, two, four, or one for every bot."""
        here = LAYOUTS.index(self._layout_of)
        self._layout_of = LAYOUTS[(here + 1) % len(LAYOUTS)]
        self._arrange()

    def toggle(self, what: str) -> None:
        """Change `times` or `wrap` in all panes."""
        if what == "times":
            self._times = not self._times
        else:
            self._wrap = not self._wrap
        for pane in self.panes:
            self._dress(pane)

    def next_level(self) -> None:
        """Show only lines that matter more; after errors, all again."""
        here = LEVELS.index(self._filter.level)
        self._filter_by(LineFilter(LEVELS[(here + 1) % len(LEVELS)], self._filter.text))

    def open_search(self) -> None:
        """Ask what to search for."""
        self.query_one("#search", InputBar).open()

    def open_filter(self) -> None:
        """Ask which lines to show."""
        self.query_one("#line-filter", InputBar).open()

    def leave(self) -> bool:
        """Give up the search, or else the filter; False when there was neither."""
        if self._needle:
            self.query_one("#search", InputBar).clear()
            self._look_for(Needle())
        elif self._filter:
            self.query_one("#line-filter", InputBar).clear()
            self._filter_by(LineFilter())
        else:
            return False
        return True

    def go_to_match(self, step: int) -> None:
        """Go to the next match, in the active pane or else in another one."""
        if not self._needle:
            self.notify("Nothing to search for: press / first", markup=False)
            return
        active = self.active
        if step < 0 and active is not None and active.has_older_match:
            self._read(self._go_to_older_match, active)
            return
        rest = [pane for pane in self.panes if pane is not active]
        for pane in [active, *rest]:
            if pane is not None and pane.go_to_match(step):
                if pane is not active:
                    pane.view.focus()
                return

    def on_resize(self) -> None:
        """Give each pane its room."""
        self._set_grid()

    def _arrange(self) -> None:
        scopes = scopes_of(
            self._layout_of, list(self._names), self._selected, merged=self._merged
        )
        if scopes != self._scopes:
            self._scopes = scopes
            self._replace(scopes)
        for pane in self.panes:
            pane.rename(self._names.get(pane.scope or "", pane.scope or "all bots"))
            pane.set_class(
                len(scopes) > 1 and pane.scope == self._selected, "-selected"
            )
            pane.view.head_width = self._head_width

    def _replace(self, scopes: list[str | None]) -> None:
        """Turn the panes into those of other bots; some come or go."""
        grid = self.query_one("#panes", Grid)
        keep = KEEP if len(scopes) == 1 else _KEEP_OF_ONE
        panes = list(grid.query_children(LogPane))
        if panes and panes[0].keep != keep:
            grid.remove_children()
            panes = []
        for pane in panes[len(scopes) :]:
            pane.remove()
        for pane, scope in zip(panes, scopes, strict=False):
            if pane.scope != scope:
                pane.scope = scope
                self._fill(pane)
        new = [LogPane(scope, keep=keep) for scope in scopes[len(panes) :]]
        grid.mount_all(new)
        self._set_grid()

    @on(LogPane.Began)
    def _began(self, event: LogPane.Began) -> None:
        event.stop()
        self._dress(event.log_pane)
        self._fill(event.log_pane)
        self._arrange()

    def _fill(self, pane: LogPane) -> None:
        if pane.is_ready:
            lines = self._port.lines(pane.scope, limit=pane.keep)
            known = [line for line in lines if line.seq <= self._last_seq]
            pane.show(known, self._filter)

    def _dress(self, pane: LogPane) -> None:
        view = pane.view
        view.times, view.wrap = self._times, self._wrap
        view.head_width, view.needle = self._head_width, self._needle

    def _set_grid(self) -> None:
        grid = self.query_one("#panes", Grid)
        columns = columns_of(len(self._scopes), self.size.width)
        rows = -(-len(self._scopes) // columns)
        fits = rows * _LEAST_ROWS <= max(self.size.height, _LEAST_ROWS)
        grid.styles.grid_size_columns = columns
        grid.styles.grid_rows = "1fr" if fits else str(_LEAST_ROWS)

    def _look_for(self, needle: Needle) -> None:
        self._needle = needle
        for pane in self.panes:
            pane.view.needle = needle
            pane.count_everywhere(None)
        if needle and not needle.error:
            begin(self, "count", self._count_everywhere, needle)
        else:
            self.workers.cancel_group(self, "count")

    async def _count_everywhere(self, needle: Needle) -> None:
        """Count the matches in the whole history, once the typing pauses."""
        await asyncio.sleep(_TYPING_S)
        try:
            hits = await self._past.count(needle, self._filter)
        except CoderBotError as error:
            self.notify(printable(error.message), severity="warning", markup=False)
            return
        for pane in self.panes:
            of_one = hits.counts.get(pane.scope or "", 0)
            pane.count_everywhere(hits.count if pane.scope is None else of_one)

    def _read(self, read: Callable[[LogPane], Awaitable[None]], pane: LogPane) -> None:
        """Read from the history; a newer wish takes the place of an older one."""
        begin(self, "history", self._told, read, pane)

    async def _told(
        self, read: Callable[[LogPane], Awaitable[None]], pane: LogPane
    ) -> None:
        try:
            await read(pane)
        except CoderBotError as error:
            self.notify(printable(error.message), severity="error", markup=False)

    async def _go_to_older_match(self, pane: LogPane) -> None:
        view, only = pane.view, self._filter
        seq = await self._past.match(pane.scope, self._needle, only, view.first_seq)
        if seq is None:
            pane.go_to_match(-1)
            return
        before = await self._past.older(pane.scope, only, seq + 1)
        after = await self._past.newer(pane.scope, only, seq, self._last_seq)
        view.show_past([*before, *after], seq)

    @on(LogView.Wanted)
    def _wanted(self, event: LogView.Wanted) -> None:
        event.stop()
        pane = next((pane for pane in self.panes if pane.view is event.log_view), None)
        if pane is None:
            return
        if event.which == "newest":
            self._fill(pane)
        elif event.which == "older":
            self._read(self._read_older, pane)
        else:
            self._read(self._read_newer, pane)

    async def _read_older(self, pane: LogPane) -> None:
        first = pane.view.first_seq
        lines = await self._past.older(pane.scope, self._filter, first)
        if lines and pane.view.first_seq == first:
            pane.view.add_older(lines)

    async def _read_newer(self, pane: LogPane) -> None:
        view = pane.view
        after = view.last_seq
        lines = await self._past.newer(pane.scope, self._filter, after, self._last_seq)
        if view.is_past and view.last_seq == after:
            if lines:
                view.add_newer(lines)
            else:
                self._fill(pane)

    def _filter_by(self, only: LineFilter) -> None:
        self._filter = only
        for pane in self.panes:
            self._fill(pane)

    @on(InputBar.Changed, "#search")
    def _search_changed(self, event: InputBar.Changed) -> None:
        event.stop()
        self._look_for(Needle(event.text, event.is_regex))

    @on(InputBar.Submitted, "#search")
    def _search(self, event: InputBar.Submitted) -> None:
        event.stop()
        self._look_for(Needle(event.text, event.is_regex))
        self._focus_pane()
        self.go_to_match(-1)

    @on(InputBar.Left, "#search")
    def _search_left(self, event: Message) -> None:
        event.stop()
        self._look_for(Needle())
        self._focus_pane()

    @on(InputBar.Submitted, "#line-filter")
    def _filter_lines(self, event: InputBar.Submitted) -> None:
        event.stop()
        only = LineFilter(self._filter.level, event.text.strip())
        if only.error:
            self.notify(
                only.error, title="Bad expression", severity="error", markup=False
            )
        else:
            self._filter_by(only)
        self._focus_pane()

    @on(InputBar.Left, "#line-filter")
    def _filter_left(self, event: Message) -> None:
        event.stop()
        self._filter_by(LineFilter(self._filter.level))
        self._focus_pane()

    def _focus_pane(self) -> None:
        if self.active is not None:
            self.active.view.focus()
