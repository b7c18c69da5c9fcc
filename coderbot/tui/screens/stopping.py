"""While the fleet is being stopped: who is still there, and for how long."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from coderbot.clock import Clock
from coderbot.control.port import SupervisorPort
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.state import BotState
from coderbot.tui.keys import STOPPING_KEYS
from coderbot.tui.plain import fitted, printable
from coderbot.tui.rows import Cell, countdown, counted, state_cell, username_cell
from coderbot.tui.tones import STYLES, toned

_REFRESH_S = 0.25
_BAR_WIDTH = 30
_THERE = {BotState.RUNNING, BotState.STARTING, BotState.STOPPING}


class StoppingScreen(ModalScreen[None]):
    """A line for each bot: its phase, and the seconds left to the deadline.

    Args:
        port: The supervisor.
        clock: Measures the time left.
        deadline_s: Seconds from now after which everything is over; None while
            that is not known yet.
    """

    DEFAULT_CSS = """
    StoppingScreen { align: center middle; }
    StoppingScreen #progress { width: 76; max-width: 96%; height: auto; max-height: 80%; }
    StoppingScreen #bots { height: auto; max-height: 1fr; }
    StoppingScreen Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*STOPPING_KEYS]

    def __init__(
        self, port: SupervisorPort, clock: Clock, deadline_s: float | None = None
    ) -> None:
        super().__init__()
        self._port = port
        self._clock = clock
        self._killing = False
        self._deadline: float | None = None
        self._overall, self._phases, self._hint = Static(), Static(), Static()
        self.set_deadline(deadline_s)

    def compose(self) -> ComposeResult:
        """Compose the box."""
        with Vertical(id="progress") as box:
            box.border_title = "Stopping the fleet"
            yield self._overall
            with VerticalScroll(id="bots"):
                yield self._phases
            yield self._hint
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin to look."""
        self.refresh_progress()
        self.set_interval(_REFRESH_S, self.refresh_progress)

    def set_deadline(self, deadline_s: float | None) -> None:
        """Note after how many seconds from now everything is over."""
        if deadline_s is not None:
            self._deadline = self._clock.monotonic() + deadline_s

    def action_kill_now(self) -> None:
        """Kill what is left, without waiting."""
        self._killing = True
        self._port.kill_now()
        self.refresh_progress()

    def refresh_progress(self) -> None:
        """Write everything anew."""
        bots = self._port.bots()
        left = [bot for bot in bots if bot.state in _THERE]
        gone = [bot for bot in bots if bot.state not in _THERE]
        seconds = self._seconds()
        self._overall.update(_overall(len(gone), len(bots), seconds))
        self._phases.update(Content("\n").join(_phases([*left, *gone], seconds)))
        self._hint.update(self._advice(len(left)))

    def _seconds(self) -> str:
        if self._deadline is None:
            return ""
        return countdown(self._deadline - self._clock.monotonic())

    def _advice(self, left: int) -> Content:
        if not left:
            return toned("Everything has ended.", "good")
        if self._killing:
            return toned("Killing what is left …", "bad")
        return (
            toned("They finish what they are doing.  ", "muted")
            + toned("X", "busy")
            + toned(" kills what is left.", "muted")
        )


def _overall(gone: int, total: int, seconds: str) -> Content:
    full = _BAR_WIDTH * gone // total if total else _BAR_WIDTH
    left = f"  at most {seconds} more" if seconds and gone < total else ""
    return (
        toned("━" * full, "good")
        + toned("━" * (_BAR_WIDTH - full), "muted")
        + toned(f"  {gone}/{counted(total, 'bot')} ended", "strong")
        + toned(left, "warning")
    )


def _phases(bots: Sequence[BotSnapshot], seconds: str) -> Iterator[Content]:
    for bot in bots:
        phase = state_cell(bot)
        words = [
            (f"{fitted(bot.bot, 8)}", STYLES["strong"]),
            (f"{fitted(username_cell(bot).text, 24)} ", STYLES["plain"]),
            (f"{fitted(phase.text, 14)} ", STYLES[phase.tone]),
        ]
        rest = _rest(bot, seconds)
        yield Content.assemble(*words, (rest.text, STYLES[rest.tone]))


def _rest(bot: BotSnapshot, seconds: str) -> Cell:
    if bot.state in _THERE:
        return Cell(f"{seconds} left" if seconds else "", "warning")
    return Cell(printable(bot.last_exit), "muted")
