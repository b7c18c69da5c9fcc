"""When a terminal calls for its user: one alert an event (pure).

Times are in seconds of one clock.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from coderbot.worker.terminal.effects import ProgressState

BUSY_S = 10.0
"""Work that took no longer is no news when it is over: its user has waited for it."""
STILL_S = 3.0
"""A program that has written nothing for so long is done with what it did."""
PRESENT_S = 5.0
"""Who has typed within this time sees by themselves what happens."""
GATHER_S = 1.0
"""What happens within this time is one event: a bell, a notification, an end."""
GAP_S = 15.0
"""Least time between two alerts that no input lies between."""


class Reason(Enum):
    """Why somebody is called, the most telling first."""

    NOTICE = "notice"
    """The program has sent a desktop notification."""
    ASKS = "asks"
    """It was busy, and now asks something."""
    ENDED = "ended"
    """A command that took long has ended."""
    FAILED = "failed"
    """The program says that its progress has failed."""
    STILL = "still"
    """It was busy, and now waits."""
    BELL = "bell"
    PROGRESS = "progress"
    """The program says that its progress is complete."""

    @property
    def is_waiting(self) -> bool:
        """Whether the user is waited for; else something is merely over."""
        return self not in (Reason.ENDED, Reason.PROGRESS)


_ORDER = tuple(Reason)


@dataclass(frozen=True, slots=True)
class Glance:
    """What a terminal looks like at one moment."""

    at: float
    revision: int
    """Increases with all output."""
    inputs: int
    """Increases with all that is typed."""
    input_at: float
    bells: int = 0
    notices: int = 0
    progress: ProgressState = ProgressState.NONE
    at_shell: bool = False
    """A shell waits for its next command."""
    reads_keys: bool = False
    """The program reads single keys, so being still means that it waits."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One event that its user is to be told of."""

    reason: Reason
    took_s: float | None = None
    """How long the work took that is over, if that is what it is about."""


class Attention:
    """Watches one terminal by glances, and says when to call its user.

    Args:
        first: How the terminal looked at the beginning.
    """

    def __init__(self, first: Glance) -> None:
        self._last = first
        self._output_at = first.at
        self._busy_since: float | None = None
        self._command_since: float | None = None
        self._progress_since: float | None = None
        self._found: dict[Reason, float | None] = {}
        self._found_at = 0.0
        self._alerted_at = float("-inf")

    def due_s(self, now: float) -> float | None:
        """Return when to look again though nothing happens; None: never."""
        waits = []
        if self._busy_since is not None:
            waits.append(self._output_at + STILL_S - now)
        if self._found:
            waits.append(self._found_at + GATHER_S - now)
        return max(0.0, min(waits)) if waits else None

    def look(self, now: Glance, asks: Callable[[], bool]) -> Alert | None:
        """Take in how the terminal looks; return an alert that is due.

        Args:
            now: How it looks.
            asks: Tells whether the program asks something that is known.
        """
        last, self._last = self._last, now
        if now.inputs != last.inputs:
            self._answer(now)
        self._note_output(last, now)
        self._note_command(last, now)
        self._note_signals(last, now)
        self._note_stillness(now, asks)
        return self._due(now)

    def _answer(self, now: Glance) -> None:
        """Begin anew: the user is here, and has seen what was to be told."""
        self._found.clear()
        self._alerted_at = float("-inf")
        self._busy_since = None if now.at_shell else now.input_at

    def _note_output(self, last: Glance, now: Glance) -> None:
        if now.revision == last.revision:
            return
        self._output_at = now.at
        if self._busy_since is None:
            self._busy_since = now.at

    def _note_command(self, last: Glance, now: Glance) -> None:
        if not now.at_shell and self._command_since is None:
            typed = now.inputs != last.inputs or last.at_shell
            self._command_since = min(now.at, now.input_at) if typed else now.at
        elif now.at_shell and self._command_since is not None:
            took_s = now.at - self._command_since
            self._command_since = self._busy_since = None
            if took_s >= BUSY_S:
                self._find(Reason.ENDED, now, took_s)

    def _note_signals(self, last: Glance, now: Glance) -> None:
        if now.notices > last.notices:
            self._find(Reason.NOTICE, now)
        if now.bells > last.bells:
            self._find(Reason.BELL, now)
        if now.progress is not last.progress:
            self._note_progress(now)

    def _note_progress(self, now: Glance) -> None:
        if now.progress is ProgressState.FAILED:
            self._find(Reason.FAILED, now)
        elif now.progress is ProgressState.NONE:
            if self._progress_since is not None:
                took_s = now.at - self._progress_since
                if took_s >= BUSY_S:
                    self._find(Reason.PROGRESS, now, took_s)
            self._progress_since = None
        elif self._progress_since is None:
            self._progress_since = now.at

    def _note_stillness(self, now: Glance, asks: Callable[[], bool]) -> None:
        since = self._busy_since
        if since is None or now.at - self._output_at < STILL_S:
            return
        self._busy_since = None
        took_s = self._output_at - since
        if took_s < BUSY_S or now.at_shell:
            return
        if asks():
            self._find(Reason.ASKS, now, took_s)
        elif now.reads_keys:
            self._find(Reason.STILL, now, took_s)

    def _find(self, reason: Reason, now: Glance, took_s: float | None = None) -> None:
        """Note a reason, unless whoever is to be called sits there."""
        is_explicit = reason is Reason.NOTICE
        if now.at - now.input_at < PRESENT_S and not is_explicit:
            return
        if not self._found:
            self._found_at = now.at
        self._found[reason] = took_s

    def _due(self, now: Glance) -> Alert | None:
        if not self._found or now.at - self._found_at < GATHER_S:
            return None
        found, self._found = self._found, {}
        if now.at - self._alerted_at < GAP_S:
            self._put_off(found)
            return None
        self._alerted_at = now.at
        # What goes on being drawn belongs to what has just been told.
        self._busy_since = None if self._busy_since is None else now.at
        reason = min(found, key=_ORDER.index)
        return Alert(reason, found[reason])

    def _put_off(self, found: dict[Reason, float | None]) -> None:
        """Keep a notification for later: it says something; the rest was told."""
        if Reason.NOTICE in found:
            self._found[Reason.NOTICE] = None
            self._found_at = self._alerted_at + GAP_S - GATHER_S
