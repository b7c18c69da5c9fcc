"""The main screen: the wall of bots, and what they say."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import Footer

from coderbot.control.port import SupervisorPort
from coderbot.supervisor.events import BotSnapshot
from coderbot.tui.activity import Activity
from coderbot.tui.commands import Commands
from coderbot.tui.keys import MAIN_KEYS
from coderbot.tui.linebuffer import KEEP
from coderbot.tui.messages import (
    BotUpdated,
    FleetBecameReady,
    FleetConnected,
    LinesArrived,
)
from coderbot.tui.rows import counted, sparkline, summary
from coderbot.tui.widgets.bot_detail import BotDetail
from coderbot.tui.widgets.bot_table import BotTable
from coderbot.tui.widgets.empty_fleet import EmptyFleet
from coderbot.tui.widgets.fleet_header import FleetHeader
from coderbot.tui.widgets.log_pane import LogPane

_TICK_S = 1.0
_AT_ONCE = 20_000
"""Lines taken from the logbook at most for one picture; older ones are counted."""


class MainScreen(Screen[None]):
    """Header, table, detail, log, footer.

    Args:
        port: The supervisor.
        note: Text for the header.
    """

    DEFAULT_CSS = """
    MainScreen EmptyFleet { display: none; }
    MainScreen.-empty EmptyFleet { display: block; }
    MainScreen.-empty BotTable, MainScreen.-empty BotDetail { display: none; }
    MainScreen.-zoomed BotTable, MainScreen.-zoomed BotDetail { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*MAIN_KEYS]
    AUTO_FOCUS = "BotTable"

    def __init__(self, port: SupervisorPort, note: str = "") -> None:
        super().__init__()
        self._port = port
        self._note = note
        self._commands = Commands(port, self)
        self._activity = Activity()
        self._merged = True
        self._last_seq = 0

    def compose(self) -> ComposeResult:
        """Compose the screen."""
        yield FleetHeader(self._note)
        yield BotTable(self._spark, id="bots")
        yield EmptyFleet()
        yield BotDetail()
        yield LogPane(id="log")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Show what is known, and keep times moving."""
        self._refresh_bots()
        self._show_log()
        self.set_interval(_TICK_S, self._tick)

    @property
    def _table(self) -> BotTable:
        return self.query_one(BotTable)

    @property
    def _log(self) -> LogPane:
        return self.query_one(LogPane)

    def _spark(self, bot: str) -> str:
        return sparkline(self._activity.counts(bot))

    def _tick(self) -> None:
        self._activity.tick()
        self._refresh_bots()

    def _refresh_bots(self) -> None:
        bots = self._port.bots()
        self.set_class(not bots, "-empty")
        self._table.show(bots)
        self._refresh_totals()
        heads = [len(f"[Worker {bot.bot}]") for bot in bots]
        self._log.view.head_width = max(heads, default=len("[Parent]"))

    def _refresh_totals(self) -> None:
        self.query_one(FleetHeader).summary = summary(self._table.bots)
        self._refresh_detail()

    def _refresh_detail(self) -> None:
        self.query_one(BotDetail).bot = self._table.selected

    def _show_log(self) -> None:
        bot = None if self._merged else self._selected_bot()
        lines = self._port.lines(bot, limit=KEEP)
        newest = self._port.lines(limit=1)
        self._last_seq = max((line.seq for line in newest), default=self._last_seq)
        self._log.show(lines, self._scope())

    def _scope(self) -> str:
        bot = self._table.selected
        if self._merged or bot is None:
            return "all bots"
        return f"{bot.bot} {_at(bot)}".strip()

    def _selected_bot(self) -> str | None:
        bot = self._table.selected
        return bot.bot if bot else None

    @on(FleetConnected)
    def _connected(self) -> None:
        self._refresh_bots()
        self._take_lines()

    @on(FleetBecameReady)
    def _became_ready(self, event: FleetBecameReady) -> None:
        self.notify(f"{counted(event.count, 'bot')} ready", markup=False)

    @on(BotUpdated)
    def _bot_updated(self, event: BotUpdated) -> None:
        event.stop()
        if self._table.update_bot(event.snapshot):
            self._refresh_totals()
        else:
            self._refresh_bots()

    @on(LinesArrived)
    def _lines_arrived(self, event: LinesArrived) -> None:
        event.stop()
        self._take_lines()

    def _take_lines(self) -> None:
        lines = self._port.lines(after=self._last_seq, limit=_AT_ONCE)
        if not lines:
            return
        skipped = max(0, lines[0].seq - self._last_seq - 1)
        self._last_seq = lines[-1].seq
        self._activity.note(lines)
        bot = None if self._merged else self._selected_bot()
        if bot is not None:
            lines = [line for line in lines if line.bot == bot]
        self._log.add(lines, skipped)

    @on(BotTable.BotHighlighted)
    def _highlighted(self, event: BotTable.BotHighlighted) -> None:
        event.stop()
        self._refresh_detail()
        if not self._merged:
            self._show_log()

    @on(BotTable.BotChosen)
    def _chosen(self, event: BotTable.BotChosen) -> None:
        event.stop()
        self._merged = False
        self._show_log()

    def action_command(self, name: str) -> None:
        """Carry out a command for the selected bot."""
        bot = self._selected_bot()
        if bot is None:
            self.notify("There is no bot to do that to", severity="warning")
        else:
            self._commands.run(name, bot)

    def action_log(self, what: str) -> None:
        """Carry out a key of the log."""
        match what:
            case "merge":
                self._merged = not self._merged
                self._show_log()
            case "zoom":
                self.toggle_class("-zoomed")
            case _:
                self._log.do(what)


def _at(bot: BotSnapshot) -> str:
    return f"@{bot.username}" if bot.username else ""
