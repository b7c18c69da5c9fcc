"""One process of a bot, from its start to the end of all that it leaves."""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from coderbot.clock import Clock
from coderbot.errors import CoderBotError
from coderbot.loglevel import Level
from coderbot.supervisor.answers import Answers
from coderbot.supervisor.child import Child
from coderbot.supervisor.household import SWEEP_S, Household
from coderbot.supervisor.logbook import Logbook
from coderbot.supervisor.monitor import LimitGuard, Limits, Load, LoadMeter, Verdict
from coderbot.supervisor.proctable import Table
from coderbot.supervisor.pulse import Pulse
from coderbot.supervisor.spec import WorkerSpec
from coderbot.supervisor.state import Exited
from coderbot.supervisor.voice import Voice
from coderbot.wire import (
    Frame,
    Heartbeat,
    Ready,
    ShowTerminals,
    Terminals,
    TerminalScreen,
    WorkerFrame,
    encode,
)

DRAIN_S = 1.0
"""How long after its death a worker is heard out, in seconds."""
SEEING_OUT_S = SWEEP_S + DRAIN_S
"""From the death of a worker to the end of all that it has left, at most."""

_ANSWER_S = 3.0
"""How long a worker may take to answer a question, in seconds."""

_log = logging.getLogger(__name__)


class Run:
    """Starts a worker when it is made, and is thrown away when the worker is gone.

    Args:
        number: Of the start, from 1.
        spec: How the worker is started.
        limits: What it may use.
        grace_s: How long it takes to end when the supervisor is gone, in seconds;
            0 when it does not notice.
        household: Knows its family, and ends it.
        logbook: Where its lines go.
        clock: For the times of lines and load.
        on_frame: Takes each frame it sends, but answers.

    Raises:
        OSError: When it cannot be started.
        ValueError: When its environment cannot be passed on.
    """

    def __init__(
        self,
        number: int,
        spec: WorkerSpec,
        limits: Limits,
        grace_s: float,
        household: Household,
        logbook: Logbook,
        clock: Clock,
        on_frame: Callable[[WorkerFrame], None],
    ) -> None:
        self.number = number
        self.pulse = Pulse()
        """When it was heard."""
        self.guard = LimitGuard(limits)
        """Knows what it may use."""
        self.rss: deque[int] = deque(maxlen=24)
        """Memory as its last heartbeats told, in bytes."""
        self._bot = spec.bot
        self._household = household
        self._clock = clock
        self._on_frame = on_frame
        self._meter = LoadMeter()
        self._answers = Answers[list[TerminalScreen]]()
        self._voice = Voice(spec.bot, number, logbook, clock, self._hear)
        self.child = Child.spawn(spec, self._voice.ears())
        """The process."""
        self._kin = household.welcome(self.child.pid, grace_s)
        self.say(f"─ run {number} started, pid {self.child.pid} ─")

    def say(self, text: str) -> None:
        """Write a line of the supervisor into the log of this process."""
        self._voice.say(Level.INFO, text)

    def send(self, frame: Frame) -> None:
        """Tell the worker something, if there is room."""
        self.child.send(encode(frame))

    async def terminals(self) -> Sequence[TerminalScreen]:
        """Return what its terminals show.

        Raises:
            CoderBotError: When it does not answer.
        """
        try:
            return await self._answers.ask(
                lambda number: self.send(ShowTerminals(id=number)), _ANSWER_S
            )
        except TimeoutError:
            raise CoderBotError(f"The worker of {self._bot} does not answer") from None

    def measure(self, table: Table) -> tuple[Load, Verdict] | None:
        """Return what it uses with all that it has started, and what that calls for.

        Returns:
            None when it is not in the table.
        """
        if self.child.pid not in table:
            return None
        now = self._clock.monotonic()
        rows = [table[self.child.pid], *self._kin.rows(table)]
        load = self._meter.look(rows, now)
        return load, self.guard.judge(load, now)

    def terminate(self) -> None:
        """Ask it to end."""
        self._note_family()
        self.child.terminate()

    def kill(self) -> None:
        """End it at once."""
        self._note_family()
        self.child.kill()

    async def see_out(self) -> Exited:
        """Wait for its death, and end all that it leaves; returns how it ended."""
        await self.child.wait_dead()
        try:
            for left in await self._household.sweep(self._kin):
                _log.error("%s: its process %d does not die", self._bot, left.pid)
            await self.child.drain(DRAIN_S)
        except Exception:  # noqa: BLE001 - the process is dead, whatever else fails
            _log.exception("%s: what it left could not be cleared", self._bot)
        returncode = self.child.reap()
        self._household.farewell(self._kin)
        return Exited(returncode, self._voice.last_words())

    def _note_family(self) -> None:
        """Look who belongs to it, before its end tears the family apart."""
        with suppress(OSError):  # It ends in any case.
            self._household.note(self._kin)

    def _hear(self, frame: WorkerFrame) -> None:
        if isinstance(frame, Terminals):
            self._answers.settle(frame.id, frame.screens)
            return
        if isinstance(frame, Ready | Heartbeat):
            self.pulse.beat(self._clock.monotonic())
        if isinstance(frame, Heartbeat):
            self.rss.append(frame.rss_bytes)
        self._on_frame(frame)
