"""The main screen: the wall of bots, and what they say."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, Static

from coderbot.control.port import SupervisorPort
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.state import BotState
from coderbot.tui.commands import Commands
from coderbot.tui.fleetcommands import FleetCommands
from coderbot.tui.keys import MAIN_KEYS
from coderbot.tui.logactions import LogActions
from coderbot.tui.messages import (
    BotUpdated,
    FleetBecameReady,
    FleetConnected,
    LinesArrived,
)
from coderbot.tui.plain import printable
from coderbot.tui.ports import Link, TokenEditor
from coderbot.tui.rows import counted, sparkline, summary, trend
from coderbot.tui.screens.detail import DetailScreen
from coderbot.tui.trends import Trends
from coderbot.tui.widgets.bot_detail import BotDetail
from coderbot.tui.widgets.bot_table import BotTable
from coderbot.tui.widgets.empty_fleet import EmptyFleet
from coderbot.tui.widgets.fleet_header import FleetHeader
from coderbot.tui.widgets.input_bar import InputBar
from coderbot.tui.widgets.link_bar import LinkBar
from coderbot.tui.widgets.log_wall import LogWall

_TICK_S = 1.0
_CALM_TICKS = 2
"""Trends go on, and times of bots that just run, with every second tick only."""
_CALM = {BotState.RUNNING, BotState.STOPPED, BotState.FAILED}
_FULL_BAR = {"cpu": 100.0, "memory": float(64 << 20)}
"""What a full bar of a trend stands for at least: percent of a CPU, bytes."""


class MainScreen(Screen[None]):
    """Header, table, detail, log, footer.

    Args:
        port: The supervisor.
        note: Text for the header.
        host: The machine on which the fleet runs.
        tokens: Changes the `.env`; None where there is none to change.
        link: The connection to the supervisor; None where it is in this process.
    """

    DEFAULT_CSS = """
    MainScreen EmptyFleet { display: none; }
    MainScreen.-empty EmptyFleet { display: block; }
    MainScreen.-empty BotTable, MainScreen.-empty BotDetail { display: none; }
    MainScreen.-zoomed BotTable, MainScreen.-zoomed BotDetail { display: none; }
    MainScreen #view { height: 1; display: none; text-wrap: nowrap; text-overflow: ellipsis; }
    MainScreen #view.-open { display: block; }
    MainScreen.-zoomed #view { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*MAIN_KEYS]
    AUTO_FOCUS = "BotTable"

    def __init__(
        self,
        port: SupervisorPort,
        note: str = "",
        host: str = "",
        tokens: TokenEditor | None = None,
        link: Link | None = None,
    ) -> None:
        super().__init__()
        self._port = port
        self._note = note
        self._host = host
        self._link = LinkBar(link)
        self._commands = Commands(port, self, tokens)
        self._fleet_commands = FleetCommands(port, self, self._commands, tokens)
        self._trends = Trends()
        self._ticks = 0

    def compose(self) -> ComposeResult:
        """Compose the screen."""
        yield FleetHeader(self._note, self._host)
        yield self._link
        yield BotTable(self._trend, id="bots")
        yield InputBar("bots", "words in name or state  !without", id="bot-filter")
        yield Static("", id="view", markup=False)
        yield EmptyFleet()
        yield BotDetail()
        yield LogWall(self._port, id="log")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Show what is known, and keep times moving."""
        self._refresh_bots(self._port.bots())
        self._wall.reload()
        self.set_interval(_TICK_S, self._tick)

    @property
    def _table(self) -> BotTable:
        return self.query_one(BotTable)

    @property
    def _wall(self) -> LogWall:
        return self.query_one(LogWall)

    def _trend(self, bot: str, what: str, width: int) -> str:
        values = self._trends.values(bot, what, width)
        return sparkline(values) if what == "lines" else trend(values, _FULL_BAR[what])

    def _tick(self) -> None:
        if self._link.look():
            self.notify("Connected again", markup=False)
            self._wall.reload()
        self._ticks += 1
        bots = self._port.bots()
        calm = all(bot.state in _CALM for bot in bots)
        if self._ticks % _CALM_TICKS == 0:
            self._trends.tick(bots)
        elif calm and bots:
            return
        self._refresh_bots(bots)

    def _refresh_bots(self, bots: Sequence[BotSnapshot]) -> None:
        self.set_class(not bots, "-empty")
        self._table.show(bots)
        self._refresh_totals()
        self._show_fleet()

    def _show_fleet(self) -> None:
        names = {bot.bot: _called(bot) for bot in self._table.shown}
        selected = self._table.selected
        self._wall.show_fleet(names, selected.bot if selected else None)

    def _refresh_totals(self) -> None:
        header = self.query_one(FleetHeader)
        header.cluster = self._port.cluster()
        header.summary = summary(self._table.bots)
        self._refresh_detail()

    def _refresh_detail(self) -> None:
        self.query_one(BotDetail).bot = self._table.selected

    @on(FleetConnected)
    def _connected(self) -> None:
        self._refresh_bots(self._port.bots())
        self._trends.note(self._wall.take())

    @on(FleetBecameReady)
    def _became_ready(self, event: FleetBecameReady) -> None:
        self.notify(f"{counted(event.count, 'bot')} ready", markup=False)

    @on(BotUpdated)
    def _bot_updated(self, event: BotUpdated) -> None:
        event.stop()
        if self._table.update_bot(event.snapshot):
            self._refresh_totals()
        else:
            self._refresh_bots(self._port.bots())

    @on(LinesArrived)
    def _lines_arrived(self, event: LinesArrived) -> None:
        event.stop()
        self._trends.note(self._wall.take())

    @on(BotTable.BotHighlighted)
    def _highlighted(self, event: BotTable.BotHighlighted) -> None:
        event.stop()
        self._refresh_detail()
        self._show_fleet()

    @on(BotTable.BotChosen)
    def _chosen(self, event: BotTable.BotChosen) -> None:
        event.stop()
        self.app.push_screen(DetailScreen(self._port, event.bot))

    @on(BotTable.ViewChanged)
    def _view_changed(self, event: BotTable.ViewChanged) -> None:
        event.stop()
        view = self.query_one("#view", Static)
        view.update(f" {printable(self._table.view)}")
        view.set_class(bool(self._table.view), "-open")
        self._show_fleet()

    @on(InputBar.Changed, "#bot-filter")
    def _filter_bots(self, event: InputBar.Changed) -> None:
        event.stop()
        self._table.filter(event.text)

    @on(InputBar.Left, "#bot-filter")
    def _filter_left(self, event: Message) -> None:
        event.stop()
        self._table.filter("")
        self._table.focus()

    @on(InputBar.Submitted, "#bot-filter")
    def _filter_done(self, event: Message) -> None:
        event.stop()
        self._table.focus()

    def action_command(self, name: str) -> None:
        """Carry out a command for the marked bots, or else the selected one."""
        selected = self._table.selected
        bots = self._table.marked or ([selected.bot] if selected else [])
        if bots:
            self._commands.run(name, bots)
        else:
            self.notify("There is no bot to do that to", severity="warning")

    def action_fleet(self, name: str) -> None:
        """Carry out a command for the whole fleet, or all that are marked."""
        self._fleet_commands.run(name, self._table.marked)

    def action_table(self, what: str) -> None:
        """Carry out a key of the table, wherever the focus is."""
        table = self._table
        match what:
            case "filter":
                self.query_one("#bot-filter", InputBar).open()
            case "mark_all":
                table.action_mark_all()
            case "sort_next":
                table.action_sort(1)
            case "sort_last":
                table.action_sort(-1)
            case _:
                table.action_invert()

    async def action_log(self, what: str) -> None:
        """Carry out a key of the log."""
        if what == "zoom":
            self.toggle_class("-zoomed")
        elif what == "leave" and not self._wall.leave():
            self._table.clear_view()
            self.query_one("#bot-filter", InputBar).clear()
        elif what != "leave":
            await LogActions(self, self._wall).do(what)


def _called(bot: BotSnapshot) -> str:
    return f"{bot.bot} @{printable(bot.username)}" if bot.username else bot.bot
