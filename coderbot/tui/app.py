"""The dashboard."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from functools import partial
from pathlib import PurePath
from typing import Any, ClassVar

from textual import events, on
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import WorkerFailed

from coderbot.clock import Clock, SystemClock
from coderbot.control.port import SupervisorPort
from coderbot.errors import CoderBotError
from coderbot.tui import themes
from coderbot.tui.bridge import Bridge
from coderbot.tui.keys import QUIT_KEYS, palette
from coderbot.tui.messages import FleetBeganStopping, FleetEnded
from coderbot.tui.plain import printable
from coderbot.tui.ports import Link, TokenEditor
from coderbot.tui.screens.confirm import ConfirmScreen
from coderbot.tui.screens.help import HelpScreen
from coderbot.tui.screens.main import MainScreen
from coderbot.tui.screens.stopping import StoppingScreen

_STYLES: list[str | PurePath] = [
    "screens/main.tcss",
    "screens/help.tcss",
    "screens/stopping.tcss",
    "widgets/fleet_header.tcss",
    "widgets/bot_table.tcss",
    "widgets/log_view.tcss",
    "widgets/log_pane.tcss",
    "widgets/input_bar.tcss",
    "screens/dialog.tcss",
    "screens/detail.tcss",
]
_BREAKPOINTS = [(0, "-short"), (32, "-tall")]
"""From 32 rows on there is room for air."""


class CoderBotApp(App[bool]):
    """The dashboard of a fleet; it runs inside the block of the supervisor.

    It ends when the fleet has stopped, whoever asked for that, or when it is left; then
    it returns True, and the fleet runs on. A fault of the dashboard is raised by
    `run_async`, the terminal being restored before.

    Args:
        port: The supervisor.
        note: A line for the header, such as the address of a chat page.
        attached: The supervisor lives elsewhere: `q` leaves without stopping it.
        clock: Measures the time left while the fleet is being stopped.
        host: The machine on which the fleet runs, for the header.
        tokens: Changes the `.env`; None where there is none to change.
        keymap: Other keys than the usual ones, by the id of their binding.
        link: The connection to a supervisor elsewhere.
    """

    TITLE = "CoderBot"
    CSS_PATH = _STYLES
    BINDINGS: ClassVar[list[BindingType]] = [*QUIT_KEYS]
    VERTICAL_BREAKPOINTS = _BREAKPOINTS

    def __init__(
        self,
        port: SupervisorPort,
        note: str = "",
        *,
        attached: bool = False,
        clock: Clock | None = None,
        host: str = "",
        tokens: TokenEditor | None = None,
        keymap: Mapping[str, str] | None = None,
        link: Link | None = None,
    ) -> None:
        super().__init__()
        self._host = host
        self._link = link
        self._tokens = tokens
        self._keys = dict(keymap or {})
        self._port = port
        self._note = note
        self._attached = attached
        self._clock = clock or SystemClock()
        self._stopping: StoppingScreen | None = None
        self.register_theme(themes.DARK)
        self.register_theme(themes.LIGHT)
        self.theme = themes.DARK.name

    def get_default_screen(self) -> Screen[None]:
        """Return the main screen."""
        return MainScreen(self._port, self._note, self._host, self._tokens, self._link)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return our own variables, for themes that do not know them."""
        return themes.defaults(dark=self.current_theme.dark)

    def on_mount(self) -> None:
        """Begin to listen."""
        self.set_keymap(self._keys)
        bridge = Bridge(self._port, self.screen)
        self.run_worker(
            bridge.run(), name="bridge", group="bridge", description="fleet events"
        )

    def on_key(self, event: events.Key) -> None:
        """Give a key that was typed ahead to the field that was opened meanwhile.

        It went to the widget that had the focus then. A field takes every character
        that reaches it, so one that rises up to here has not reached it; by now the
        keys before it have done what they do.
        """
        if isinstance(self.focused, Input) and event.is_printable:
            event.stop()
            event.prevent_default()
            self.focused.post_message(events.Key(event.key, event.character))

    async def run_async(
        self,
        *,
        headless: bool = False,
        inline: bool = False,
        inline_no_clear: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
        auto_pilot: Callable[[Pilot[object]], Coroutine[Any, Any, None]] | None = None,
    ) -> bool | None:
        """Run until the fleet has stopped; see `App.run_async` for the arguments.

        Raises:
            Exception: What went wrong in the dashboard, unchanged.
            asyncio.CancelledError: When the task was cancelled.
        """
        task = asyncio.current_task()
        cancels = task.cancelling() if task else 0
        await super().run_async(
            headless=headless,
            inline=inline,
            inline_no_clear=inline_no_clear,
            mouse=mouse,
            size=size,
            auto_pilot=auto_pilot,
        )
        if task and task.cancelling() > cancels:
            # Textual ends on a cancel, but does not pass it on.
            raise asyncio.CancelledError
        if isinstance(self._exception, WorkerFailed):
            raise self._exception.error
        if self._exception is not None:
            raise self._exception
        return self.return_value

    def _fatal_error(self) -> None:
        # Textual would print the traceback with all locals; `run_async` raises it.
        self._close_messages_no_wait()

    async def action_quit(self) -> None:
        """Ask, stop all bots and quit; where it is only attached: leave."""
        if self._attached:
            self.action_detach()
        elif self._stopping is None and not isinstance(self.screen, ConfirmScreen):
            question = ConfirmScreen(
                "Stop all bots and quit?",
                "Every worker ends, with its terminals. "
                "D leaves the dashboard instead, and the bots keep running.",
                yes="Stop all",
                no="Cancel",
            )
            self.push_screen(question, self._quit_answered)

    def _quit_answered(self, stop: bool | None) -> None:
        if stop and self._stopping is None:
            self._stop_fleet()

    def _stop_fleet(self) -> None:
        self._show_stopping(None)
        self.run_worker(
            self._shut_down(), name="shut down", group="fleet", exclusive=True
        )

    async def _shut_down(self) -> None:
        try:
            await self._port.shut_down()
        except CoderBotError as error:
            self._hide_stopping()
            self.notify(
                printable(str(error)),
                title="Could not stop the fleet",
                severity="error",
                markup=False,
            )
        else:
            self.exit()

    def _show_stopping(self, deadline_s: float | None) -> None:
        if self._stopping is None:
            self._stopping = StoppingScreen(self._port, self._clock, deadline_s)
            self.push_screen(self._stopping)
        else:
            self._stopping.set_deadline(deadline_s)

    def _hide_stopping(self) -> None:
        if self._stopping is not None:
            self._stopping.dismiss()
            self._stopping = None

    @on(FleetBeganStopping)
    def _began_stopping(self, event: FleetBeganStopping) -> None:
        self._show_stopping(event.deadline_s)

    @on(FleetEnded)
    def _ended(self) -> None:
        self.exit()

    def action_detach(self) -> None:
        """Leave; the bots keep running."""
        if self._stopping is None:
            self.exit(True)

    def action_help(self) -> None:
        """List all keys."""
        self.push_screen(HelpScreen(self._keys))

    def action_toggle_look(self) -> None:
        """Change between dark and light."""
        dark = self.current_theme.dark
        self.theme = themes.LIGHT.name if dark else themes.DARK.name

    def action_copy_note(self) -> None:
        """Copy the note in the header."""
        if self._note:
            self.copy_to_clipboard(printable(self._note))
            self.notify(printable(self._note)[:200], title="Copied", markup=False)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield what the command palette offers: every key, and the themes."""
        if isinstance(screen, MainScreen):
            for binding in palette():
                run = partial(self.call_later, self._run_on, screen, binding.action)
                yield SystemCommand(binding.description, binding.tooltip, run)
        yield SystemCommand("Theme", "Choose other colours", self.action_change_theme)

    async def _run_on(self, screen: Screen[object], action: str) -> None:
        await screen.run_action(action)
