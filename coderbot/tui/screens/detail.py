"""All that is known of one bot, page by page."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static, Tab, Tabs

from coderbot.control.port import SupervisorPort
from coderbot.errors import CoderBotError
from coderbot.paths import bot_name
from coderbot.supervisor.events import BotSnapshot
from coderbot.tui import pages
from coderbot.tui.keys import DETAIL_KEYS
from coderbot.tui.plain import printable
from coderbot.tui.rows import sign, tone
from coderbot.tui.tones import toned
from coderbot.tui.work import begin

_REFRESH_S = 1.0
_LINES = 5_000
"""Of the log, in which runs and events are looked for."""

Read = Callable[[], Awaitable[pages.Page]]


class DetailScreen(Screen[None]):
    """Settings, runs, terminals, files and events of a bot; kept up to date.

    Args:
        port: The supervisor.
        bot: Whose.
    """

    DEFAULT_CSS = """
    DetailScreen #title { height: 1; }
    DetailScreen #page { height: 1fr; padding: 1 2; }
    DetailScreen #page Static { width: auto; min-width: 100%; height: auto; text-wrap: nowrap; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*DETAIL_KEYS]
    AUTO_FOCUS = "#page"

    def __init__(self, port: SupervisorPort, bot: str) -> None:
        super().__init__()
        self._port = port
        self._bot = bot
        self._read: dict[str, Read] = {
            "overview": self._overview,
            "settings": self._settings,
            "runs": self._runs,
            "terminals": self._terminals,
            "media": self._media,
            "events": self._events,
        }
        self._page = "overview"

    def compose(self) -> ComposeResult:
        """Compose title, tabs and page."""
        yield Static("", id="title", markup=False)
        yield Tabs(*(Tab(name.capitalize(), id=name) for name in self._read))
        with VerticalScroll(id="page"):
            yield Static("", id="text", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin to look."""
        self.query_one(Tabs).can_focus = False
        self._look()
        self.set_interval(_REFRESH_S, self._look)

    def _look(self) -> None:
        begin(self, "details", self._refresh)

    async def _refresh(self) -> None:
        try:
            page = await self._read[self._page]()
            text = Content("\n").join(page)
        except CoderBotError as error:
            text = toned(printable(str(error)), "bad")
        self.query_one("#title", Static).update(self._title())
        self.query_one("#text", Static).update(text)

    def _snapshot(self) -> BotSnapshot:
        """Return how the bot stands.

        Raises:
            CoderBotError: When it is no longer part of the fleet.
        """
        for bot in self._port.bots():
            if bot.bot == self._bot:
                return bot
        raise CoderBotError(f"{self._bot} is no longer part of the fleet")

    def _title(self) -> Content:
        try:
            bot = self._snapshot()
        except CoderBotError:
            return toned(f" {self._bot}", "strong")
        name = f" @{printable(bot.username)}" if bot.username else ""
        return (
            toned(f" {sign(bot.state)} ", tone(bot.state))
            + toned(bot.bot, "strong")
            + toned(name, "plain")
        )

    async def _overview(self) -> pages.Page:
        return pages.overview(self._snapshot())

    async def _settings(self) -> pages.Page:
        return pages.settings(await self._port.facts(self._bot))

    async def _runs(self) -> pages.Page:
        lines = self._port.lines(self._bot, limit=_LINES)
        return pages.runs(lines, await self._port.dossiers(self._bot))

    async def _terminals(self) -> pages.Page:
        return pages.terminals(await self._port.terminals(self._bot))

    async def _media(self) -> pages.Page:
        return pages.media(await self._port.media(self._bot), self._media_place())

    def _media_place(self) -> str:
        """Return where the files lie, where several hosts share the bots."""
        cluster = self._port.cluster()
        host = None if cluster is None else cluster.host_of(self._bot)
        if host is None:
            return ""
        # Workers that share the chats of a bot share its directory, too.
        return f"{host.host}:{host.media_root}/{bot_name(self._snapshot().index)}"

    async def _events(self) -> pages.Page:
        lines = self._port.lines(self._bot, limit=_LINES)
        return pages.events(lines, self._snapshot())

    @on(Tabs.TabActivated)
    def _turned(self, event: Tabs.TabActivated) -> None:
        event.stop()
        if event.tab.id in self._read:
            self._page = event.tab.id
            self.query_one("#page").scroll_home(animate=False)
            self._look()

    def action_tab(self, step: int) -> None:
        """Turn to another page."""
        names = list(self._read)
        place = (names.index(self._page) + step) % len(names)
        self.query_one(Tabs).active = names[place]

    def action_scroll(self, rows: int) -> None:
        """Scroll the page."""
        self.query_one("#page").scroll_relative(y=rows, animate=False)

    def action_leave(self) -> None:
        """Go back to all bots."""
        self.dismiss()
