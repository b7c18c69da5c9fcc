"""One bot: its machine decides, and this does what it says."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import msgspec

from coderbot.clock import Clock
from coderbot.redact import Redactor
from coderbot.supervisor.announce import announce, describe_run
from coderbot.supervisor.causes import cause_of_exit
from coderbot.supervisor.death import death_of, ignore
from coderbot.supervisor.dossier import Death
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.household import Household
from coderbot.supervisor.logbook import Logbook
from coderbot.supervisor.machine import broken, step
from coderbot.supervisor.proctable import Table
from coderbot.supervisor.pulse import Pulse
from coderbot.supervisor.run import Run
from coderbot.supervisor.spec import RestartPolicy, WorkerSpec
from coderbot.supervisor.startqueue import StartQueue
from coderbot.supervisor.state import (
    Action,
    BackoffElapsed,
    BecameReady,
    BotMachine,
    BotState,
    ClearTimer,
    Event,
    Exited,
    HeldUp,
    SendKill,
    SendTerm,
    SetTimer,
    Spawn,
    Spawned,
    SpawnFailed,
    Unfit,
)
from coderbot.supervisor.vitals import Vitals
from coderbot.wire import Event as WorkerEvent
from coderbot.wire import (
    Heartbeat,
    Lease,
    Ping,
    Ready,
    Status,
    TerminalScreen,
    WorkerFrame,
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all runners share."""

    clock: Clock
    redactor: Redactor
    logbook: Logbook
    household: Household
    tasks: asyncio.TaskGroup
    """Owns their tasks."""
    queue: StartQueue
    """Where those wait that are to start by themselves."""
    on_change: Callable[["BotRunner"], None]
    """Called when something that is shown about a bot has changed."""
    on_death: Callable[[Death], None] = ignore
    """Called when a process has died that nobody wanted to end."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bot runs, where several hosts share the bots."""

    host: str = ""
    """Which one has it; empty when none has, or there is but this one."""
    reason: str = ""
    """Why none has it."""


class BotRunner:
    """Keeps one bot as it is wanted.

    All that happens goes through `post`, which never waits. A fault in here stops
    at its fence: the bot is FAILED, the others do not notice.

    Args:
        spec: How its worker is started.
        policy: Pauses and limits.
        surroundings: What all runners share.
    """

    def __init__(
        self, spec: WorkerSpec, policy: RestartPolicy, surroundings: Surroundings
    ) -> None:
        self.bot = spec.bot
        self._spec = spec
        self._policy = policy
        self._around = surroundings
        self._machine = BotMachine()
        self._vitals = Vitals(surroundings.redactor.text)
        self._run: Run | None = None
        self._seeing_out: asyncio.Task[None] | None = None
        self._timer: asyncio.Task[None] | None = None
        self._waiting: list[asyncio.Future[None]] = []
        self._lease: Lease | None = None
        self._place = Place()

    def adopt(self, spec: WorkerSpec) -> None:
        """Take over how the worker is started; the running one does not notice."""
        self._spec = spec

    def adopt_policy(self, policy: RestartPolicy) -> None:
        """Go by other pauses and limits; a timer that runs keeps its time."""
        self._policy = policy
        if self._run is not None:
            self._run.guard.limits = policy.limits

    def snapshot(self) -> BotSnapshot:
        """Return how the bot stands now."""
        now = self._around.clock.monotonic()
        shown = self._vitals.snapshot(self.bot, self._spec.index, self._machine, now)
        place = self._place
        return replace(shown, host=place.host, reason=shown.reason or place.reason)

    @property
    def place(self) -> Place:
        """Where the bot runs, where several hosts share the bots."""
        return self._place

    @place.setter
    def place(self, place: Place) -> None:
        if place != self._place:
            self._place = place
            self._around.on_change(self)

    def renew(self, lease: Lease) -> None:
        """Tell the worker, and the next one, until when it may poll."""
        self._lease = lease
        if self._run is not None:
            self._run.send(lease)

    def post(self, event: Event) -> None:
        """Let `event` take effect."""
        try:
            self._apply(event)
        except Exception as error:  # noqa: BLE001 - the fence between this bot and the others
            _log.exception("%s: a fault of the supervisor at %s", self.bot, event)
            self._break_down(f"a fault of the supervisor: {type(error).__name__}")
        self._around.queue.note(self.bot, boots=self.boots)
        self._wake()

    @property
    def boots(self) -> bool:
        """Whether a start is under way that nothing outside holds up."""
        return self._machine.state is BotState.STARTING and not self._vitals.held_up

    @property
    def pulse(self) -> Pulse | None:
        """Return when the process was heard; None unless one is to be heard."""
        heard = self._machine.state in (BotState.STARTING, BotState.RUNNING)
        return self._run.pulse if self._run is not None and heard else None

    def deaf_s(self, now: float) -> float:
        """Return how long the bot has not heard Telegram, without saying why."""
        is_running = self._machine.state is BotState.RUNNING
        return self._vitals.deaf_s(now) if is_running else 0.0

    def measure(self, table: Table) -> None:
        """Take what the bot uses from a table, and act if that is too much."""
        measured = self._run.measure(table) if self._run and self.pulse else None
        if measured is None:
            return
        self._vitals.load, verdict = measured
        if verdict.warning:
            _log.warning("%s is %s", self.bot, verdict.warning)
        if verdict.unfit:
            self.post(Unfit(verdict.unfit, self._policy.stop_timeout_s))

    def ping(self) -> None:
        """Ask the process for a heartbeat."""
        if self._run is not None:
            self._run.send(Ping())

    async def terminals(self) -> list[TerminalScreen]:
        """Return what the terminals of the bot show; none when it does not run.

        Raises:
            CoderBotError: When the worker does not answer.
        """
        screens = await self._run.terminals() if self._run is not None else []
        clean = self._around.redactor.text
        return [
            msgspec.structs.replace(
                each, text=clean(each.text), title=clean(each.title)
            )
            for each in screens
        ]

    def end_hung(self, unfit: Unfit) -> None:
        """End a process that does not answer; its stacks go into the log."""
        if self._run is not None:
            self._run.child.dump_stacks()
        self.post(unfit)

    async def settle(self) -> None:
        """Wait until nothing is under way: no stop, and no start of a process."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        self._wake()
        await future

    def give_up(self) -> None:
        """Let go of a process that could not be ended."""
        self._clear_timer()
        if self._run is not None and self._seeing_out is not None:
            _log.error("%s: process %d does not die", self.bot, self._run.child.pid)
            self._seeing_out.cancel()
            self._run.child.let_go()
        self._release()

    def _apply(self, event: Event) -> None:
        queue = [event]
        while queue:
            before, now = self._machine, self._around.clock.monotonic()
            current = queue.pop(0)
            self._machine, actions = step(before, current, self._policy, now)
            self._tell(before, current, now)
            replies = [self._perform(action) for action in actions]
            queue += [reply for reply in replies if reply is not None]
            if self._machine is not before:
                self._around.on_change(self)

    def _perform(self, action: Action) -> Event | None:
        match action:
            case Spawn():
                return self._spawn()
            case SendTerm():
                if self._run is not None:
                    self._run.terminate()
            case SendKill():
                if self._run is not None:
                    self._run.kill()
            case SetTimer(event, seconds):
                self._clear_timer()
                self._timer = self._around.tasks.create_task(
                    self._ring(event, seconds), name=f"{self.bot}: timer"
                )
            case ClearTimer():
                self._clear_timer()
        return None

    def _spawn(self) -> Event:
        number, around = self._machine.runs + 1, self._around
        try:
            run = Run(
                number,
                self._spec,
                self._policy.limits,
                self._policy.stop_timeout_s if self._spec.heeds_channel else 0.0,
                around.household,
                around.logbook,
                around.clock,
                partial(self._on_frame, number),
            )
        except (OSError, ValueError) as error:
            return SpawnFailed(around.redactor.text(f"{error}"))
        if self._lease is not None:
            run.send(self._lease)
        self._run = run
        self._vitals.begin()
        self._seeing_out = around.tasks.create_task(
            self._see_out(run), name=f"{self.bot}: run {number}"
        )
        return Spawned(run.child.pid)

    async def _see_out(self, run: Run) -> None:
        ended = await run.see_out()
        if self._run is run:
            self.post(ended)

    def _on_frame(self, number: int, frame: WorkerFrame) -> None:
        if self._run is None or self._run.number != number:
            return
        match frame:
            case Ready():
                self._vitals.name(frame)
                self.post(BecameReady())
                return
            case Heartbeat():
                self._vitals.heartbeat = frame
                if self._machine.state is BotState.STARTING and self._vitals.held_up:
                    self.post(HeldUp())
            case Status():
                self._vitals.take_status(frame, self._around.clock.monotonic())
                self._around.queue.note(self.bot, boots=self.boots)
            case WorkerEvent():
                # Counted only: the worker has written its line about it.
                self._vitals.count(frame)
        self._around.on_change(self)

    def _tell(self, before: BotMachine, event: Event, now: float) -> None:
        """Write about a step into the log."""
        run = self._run
        if isinstance(event, Exited) and run is not None:
            self._vitals.exits[cause_of_exit(before, event.returncode)] += 1
            how = describe_run(before, self._machine, now)
            run.say(f"─ run {before.runs} ended: {how} ─")
        said = announce(self.bot, before, self._machine, now)
        if said is not None:
            _log.log(said[0], "%s", said[1])
        if isinstance(event, Exited) and run is not None:
            self._report_death(run, before, event, now)
            self._run = None

    def _report_death(
        self, run: Run, before: BotMachine, event: Exited, now: float
    ) -> None:
        rss, usage = tuple(run.rss), run.child.usage
        death = death_of(self.bot, before, event, now, rss, usage)
        if death is not None:
            self._around.on_death(death)

    async def _ring(self, event: Event, seconds: float) -> None:
        await self._around.clock.sleep(seconds)
        if isinstance(event, BackoffElapsed):
            await self._around.queue.turn(self.bot)
        self._timer = None
        self.post(event)

    def _clear_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _break_down(self, reason: str) -> None:
        self._clear_timer()
        if self._run is not None:
            self._run.child.kill()
            self._run = None
        self._machine = broken(self._machine, reason)
        self._around.on_change(self)

    def _wake(self) -> None:
        """Let those go on who wait for the bot to settle."""
        machine = self._machine
        starting = machine.state is BotState.STARTING and machine.pid is None
        if machine.state is not BotState.STOPPING and not starting:
            self._release()

    def _release(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()
