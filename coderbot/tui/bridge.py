"""From the events of the supervisor to messages of the dashboard."""

from typing import Protocol

from textual.message import Message
from textual.timer import Timer, TimerCallback

from coderbot.control.port import SupervisorPort
from coderbot.supervisor.events import (
    BotChanged,
    BotRemoved,
    ClusterChanged,
    FleetEvent,
    FleetReady,
    FleetStopped,
    FleetStopping,
    LinesAdded,
)
from coderbot.tui.messages import (
    BotUpdated,
    FleetBecameReady,
    FleetBeganStopping,
    FleetConnected,
    FleetEnded,
    LinesArrived,
)

BATCH_S = 0.1
"""Seconds for which new lines are gathered before the screen hears of them."""


class Sink(Protocol):
    """Who hears the messages: any node of the dashboard."""

    def post_message(self, message: Message) -> bool:
        """Queue a message."""

    def set_timer(self, delay: float, callback: TimerCallback | None = None) -> Timer:
        """Call back after `delay` seconds."""


class Bridge:
    """Listens to the supervisor and posts what it hears."""

    def __init__(self, port: SupervisorPort, sink: Sink) -> None:
        self._port = port
        self._sink = sink
        self._unsaid: int | None = None

    async def run(self) -> None:
        """Listen until the fleet has stopped, or the supervisor is gone."""
        async with self._port.subscribe() as events:
            self._sink.post_message(FleetConnected())
            async for event in events:
                self._take(event)
        self._say_lines()
        self._sink.post_message(FleetEnded())

    def _take(self, event: FleetEvent) -> None:
        match event:
            case LinesAdded(last_seq):
                self._gather(last_seq)
            case BotChanged(snapshot):
                self._sink.post_message(BotUpdated(snapshot))
            case FleetReady(count):
                self._sink.post_message(FleetBecameReady(count))
            case FleetStopping(deadline_s):
                self._sink.post_message(FleetBeganStopping(deadline_s))
            case ClusterChanged() | BotRemoved():
                """The table asks for all bots at its next tick."""
            case FleetStopped():
                """The iterator ends after it: `run` says so."""

    def _gather(self, last_seq: int) -> None:
        if self._unsaid is None:
            self._sink.set_timer(BATCH_S, self._say_lines)
        self._unsaid = last_seq

    def _say_lines(self) -> None:
        if self._unsaid is not None:
            self._sink.post_message(LinesArrived(self._unsaid))
        self._unsaid = None
