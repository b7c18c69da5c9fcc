"""The supervisor: all bots of one host, from the first start to the last end."""

import asyncio
import logging
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Mapping,
    Sequence,
)
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from coderbot.clock import Clock, SystemClock
from coderbot.errors import CoderBotError
from coderbot.redact import Redactor
from coderbot.supervisor.bus import Bus
from coderbot.supervisor.clusterview import ClusterSnapshot
from coderbot.supervisor.coroner import Coroner
from coderbot.supervisor.dossier import Death
from coderbot.supervisor.dossiers import Dossiers
from coderbot.supervisor.errors import FleetStoppingError
from coderbot.supervisor.events import (
    BotChanged,
    BotRemoved,
    BotSnapshot,
    FleetEvent,
    FleetReady,
    FleetStopped,
    FleetStopping,
    LinesAdded,
)
from coderbot.supervisor.exits import describe_duration
from coderbot.supervisor.household import Household, adopting_orphans
from coderbot.supervisor.ledger import Ledger
from coderbot.supervisor.leftovers import end_leftovers
from coderbot.supervisor.lines import CONTROL
from coderbot.supervisor.logbook import Logbook
from coderbot.supervisor.logfiles import LogFiles
from coderbot.supervisor.loghandler import logging_to
from coderbot.supervisor.plan import Changes, Plan
from coderbot.supervisor.proctable import Table, read_table
from coderbot.supervisor.records import Records
from coderbot.supervisor.report import StartReport
from coderbot.supervisor.runner import SEEING_OUT_S, BotRunner, Surroundings
from coderbot.supervisor.searcher import Searcher
from coderbot.supervisor.spec import RestartPolicy, WorkerSpec
from coderbot.supervisor.startqueue import StartQueue
from coderbot.supervisor.state import (
    BotState,
    Event,
    KillRequested,
    RestartRequested,
    StartRequested,
    StopRequested,
)
from coderbot.supervisor.tenancy import Tenancy
from coderbot.supervisor.undertaker import undertaker
from coderbot.supervisor.watchdog import Watchdog
from coderbot.wire import TerminalScreen

_SPARE_S = 1.0
"""Added to the bound of the stop: for a busy machine."""

_log = logging.getLogger(__name__)


class Supervisor(Records):
    """Runs the workers of all bots; implements `SupervisorPort`.

    The fleet starts on entry, in order and with a pause between two starts; it has
    stopped when the block is left, whatever the reason. To be used once.

    Args:
        specs: One for each bot, by index.
        policy: Pauses and limits.
        redactor: Takes secrets out of all lines.
        media_root: MEDIA_TMP_LOCATION.
        clock: For everything that waits.
        ledger: Knows the processes of the run before, and is kept for the next one.
        log_files: Where lines are stored; None: in memory alone.
        dossiers: Where those of crashes are kept; None: nowhere.
        control_bot: How the control bot is started; None: there is none. It is
            started after the others and kept alive as they are, but is none of
            them: only `lines`, `dossiers` and the actions know it.
        host: Name of this host, where several share the bots: `tenancy` says which
            of them run here. Empty: all do.
    """

    def __init__(
        self,
        specs: Sequence[WorkerSpec],
        policy: RestartPolicy,
        *,
        redactor: Redactor,
        media_root: Path,
        clock: Clock | None = None,
        ledger: Ledger | None = None,
        log_files: LogFiles | None = None,
        dossiers: Dossiers | None = None,
        control_bot: WorkerSpec | None = None,
        host: str = "",
    ) -> None:
        self._ledger = ledger if ledger is not None else Ledger(None)
        aides = [control_bot] if control_bot is not None else []
        by_name = {spec.bot: spec for spec in (*specs, *aides)}
        self._policy = policy
        self._redactor = redactor
        self._clock = clock if clock is not None else SystemClock()
        self._bus = Bus()
        self._log_files = log_files
        logbook = Logbook(
            by_name,
            redactor,
            self._clock,
            self._on_lines_added,
            store=log_files.put if log_files is not None else None,
            is_busy=log_files.is_busy if log_files is not None else bool,
        )
        super().__init__(logbook, Searcher(logbook, log_files), by_name, media_root)
        self._dossiers = dossiers
        self._queue = StartQueue(
            policy.start_concurrency, self._clock, policy.boot_patience_s
        )
        self._runners: dict[str, BotRunner] = {}
        self.tenancy = Tenancy(host, self._runners, self._queue)
        """Which bots may run on this host."""
        self._is_placed = not host
        self._surroundings: Surroundings | None = None
        self._watchdog: Watchdog | None = None
        self._report = StartReport(self._clock.monotonic())
        self._tasks: asyncio.TaskGroup | None = None
        self._starting: asyncio.Task[None] | None = None
        self._reload: Callable[[bool], Awaitable[Plan]] | None = None
        self._is_stopping = False
        self._stopped = asyncio.Event()
        self._block: AbstractAsyncContextManager[None] | None = None

    async def __aenter__(self) -> Self:
        self._block = self._run()
        await self._block.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        assert self._block is not None
        return await self._block.__aexit__(kind, error, trace)

    def bots(self) -> Sequence[BotSnapshot]:
        """Return all bots by index, as they stand now."""
        return [runner.snapshot() for runner in self._fleet()]

    def control_bot(self) -> BotSnapshot | None:
        """Return how the control bot stands now, if there is one."""
        runner = self._runners.get(CONTROL)
        return None if runner is None else runner.snapshot()

    def specs(self) -> Mapping[str, WorkerSpec]:
        """Return how the worker of each bot is started, by id."""
        return {bot: spec for bot, spec in self._specs.items() if bot != CONTROL}

    def control_spec(self) -> WorkerSpec | None:
        """Return how the control bot is started, if there is one."""
        return self._specs.get(CONTROL)

    async def add(self, spec: WorkerSpec) -> None:
        """Take one more bot, or the control bot; returns when its process exists.

        Raises:
            FleetStoppingError: When the whole fleet is being stopped.
        """
        if self._is_stopping or self._surroundings is None:
            raise FleetStoppingError(f"{spec.bot} cannot be added: the fleet stops")
        assert spec.bot not in self._specs, "an index belongs to one bot for ever"
        self._logbook.open(spec.bot)
        self._specs[spec.bot] = spec
        self._runners[spec.bot] = self._runner_of(spec)
        if self.tenancy.is_here(spec.bot):
            await self.start(spec.bot)

    async def remove(self, bot: str) -> None:
        """Stop a bot gracefully and forget it; its lines are kept."""
        await self.stop(bot)
        if not self._is_stopping and self._runners.pop(bot, None) is not None:
            del self._specs[bot]
            self.tenancy.forget(bot)
            if bot != CONTROL:
                self._bus.publish(BotRemoved(bot))

    async def change(self, spec: WorkerSpec, *, restart: bool) -> None:
        """Start a bot in another way from now on.

        Args:
            spec: The new way; of the same index.
            restart: Restart it now, unless it was stopped by somebody.
        """
        self._spec(spec.bot)
        self._specs[spec.bot] = spec
        runner = self._runners[spec.bot]
        runner.adopt(spec)
        is_here = self.tenancy.is_here(spec.bot)
        if restart and is_here and runner.snapshot().state is not BotState.STOPPED:
            await self.restart(spec.bot)

    def adopt(self, policy: RestartPolicy) -> None:
        """Go by other pauses and limits from now on; no worker notices."""
        self._policy = policy
        self._queue.limit = policy.start_concurrency
        for runner in self._runners.values():
            runner.adopt_policy(policy)
        if self._watchdog is not None:
            self._watchdog.policy = policy

    def fingerprints(self) -> dict[str, str]:
        """Return the fingerprint of each bot's token, by id."""
        return {bot: spec.token.fingerprint for bot, spec in self.specs().items()}

    async def terminals(self, bot: str) -> Sequence[TerminalScreen]:
        """Return what the open terminals of a bot show.

        Raises:
            CoderBotError: When its worker does not answer.
        """
        self._spec(bot)
        try:
            return await self._runners[bot].terminals()
        except TimeoutError:
            raise CoderBotError(f"The worker of {bot} does not answer") from None

    def reload_by(self, reload: Callable[[bool], Awaitable[Plan]]) -> None:
        """Note how the settings are read anew; told whether only to look."""
        self._reload = reload

    async def reload(self, *, dry_run: bool) -> Changes:
        """Read the settings anew; returns what that changes.

        Raises:
            CoderBotError: When they are unusable, or there are none.
        """
        if self._reload is None:
            raise CoderBotError("This supervisor has no settings to read anew")
        return (await self._reload(dry_run)).changes

    def cluster(self) -> ClusterSnapshot | None:
        """Return None: what other hosts do is not known here."""
        return None

    def subscribe(
        self,
        *,
        lines: bool = True,  # noqa: ARG002 - all lines are here
    ) -> AbstractAsyncContextManager[AsyncIterator[FleetEvent]]:
        """Return a context in which one hears every event from entry on."""
        return self._bus.subscribe()

    async def start(self, bot: str) -> None:
        """Start a bot that does not run; returns when its process exists."""
        await self._ask(bot, StartRequested())

    async def stop(self, bot: str) -> None:
        """Stop a bot gracefully; returns when it is gone."""
        await self._ask(bot, StopRequested())

    async def kill(self, bot: str) -> None:
        """SIGKILL a bot and all that it started; it is not restarted."""
        await self._ask(bot, KillRequested())

    async def restart(self, bot: str) -> None:
        """Stop and start a bot at once, clearing its count of crashes in a row."""
        await self._ask(bot, RestartRequested())

    async def shut_down(self) -> None:
        """Stop the whole fleet; returns when every worker is gone."""
        self._begin_stop()
        await self._stopped.wait()

    def kill_now(self) -> None:
        """While the fleet is being stopped: SIGKILL what is left, without grace."""
        if self._is_stopping and not self._stopped.is_set():
            for runner in self._runners.values():
                runner.post(KillRequested())

    @property
    def is_stopping(self) -> bool:
        """Whether the whole fleet is being stopped, or has been."""
        return self._is_stopping

    async def wait_stopped(self) -> None:
        """Wait until the fleet has been stopped."""
        await self._stopped.wait()

    @asynccontextmanager
    async def _run(self) -> AsyncIterator[None]:
        """Own all tasks; an error of the block leaves as it is, not in a group."""
        failure: BaseException | None = None
        files = self._log_files
        storing = files.storing() if files is not None else nullcontext()
        if files is not None:
            # One numbering over all runs of the supervisor: history has an order.
            self._logbook.last_seq = await asyncio.to_thread(files.last_seq)
        with storing, logging_to(self._logbook), adopting_orphans():
            if self._dossiers is not None:
                await asyncio.to_thread(self._dossiers.load)
                self._coroner = Coroner(self._dossiers, self._logbook, self._clock)
            # Before a token is polled again: who is left may be polling it still.
            await end_leftovers(self._ledger.read(), self._clock)
            async with undertaker(self._ledger.path), asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                household = Household(self._clock, read_table(), self._ledger)
                census = tasks.create_task(household.run(self._measure), name="census")
                self._make_runners(household, tasks)
                self._watchdog = Watchdog(
                    self._clock, self._policy, self._runners.values(), self._queue
                )
                watch = tasks.create_task(self._watchdog.run(), name="watchdog")
                self._starting = tasks.create_task(self._start_all(), name="start")
                try:
                    yield
                except BaseException as error:  # noqa: BLE001 - raised again below
                    failure = error
                failure = await self._leave() or failure
                census.cancel()
                watch.cancel()
        if failure is not None:
            raise failure

    def _make_runners(self, household: Household, tasks: asyncio.TaskGroup) -> None:
        self._surroundings = Surroundings(
            self._clock,
            self._redactor,
            self._logbook,
            household,
            tasks,
            self._queue,
            self._on_change,
            self._on_death,
        )
        self._runners.update(
            (bot, self._runner_of(spec)) for bot, spec in self._specs.items()
        )

    def _runner_of(self, spec: WorkerSpec) -> BotRunner:
        around = self._surroundings
        assert around is not None
        if spec.bot == CONTROL:
            # Its starts hold nobody up.
            queue = StartQueue(1, self._clock, self._policy.boot_patience_s)
            around = replace(around, queue=queue, on_change=_ignore)
        return BotRunner(spec, self._policy, around)

    def _fleet(self) -> list[BotRunner]:
        return [each for each in self._runners.values() if each.bot != CONTROL]

    async def _start_all(self) -> None:
        self._report = StartReport(self._clock.monotonic())
        if self.tenancy.is_shared:
            return
        fleet = self._fleet()
        count = len(fleet)
        for position, runner in enumerate(fleet):
            if position > 0:
                await self._clock.sleep(self._policy.start_delay_s)
            await self._queue.turn(runner.bot)
            if self._runners.get(runner.bot) is not runner:
                # Removed while it waited.
                self._queue.note(runner.bot, boots=False)
                continue
            _log.info("Starting %s (%d of %d)", runner.bot, position + 1, count)
            runner.post(StartRequested())
        await self._start_control_bot()

    async def _start_control_bot(self) -> None:
        """Start the control bot when the last worker has booted, or takes its time."""
        runner = self._runners.get(CONTROL)
        if runner is None:
            return
        await self._queue.turn(CONTROL)
        self._queue.note(CONTROL, boots=False)
        _log.info("Starting the control bot")
        runner.post(StartRequested())

    def _begin_stop(self) -> None:
        """Begin to stop the fleet, unless that has begun already."""
        if self._is_stopping:
            return
        assert self._tasks is not None, "shut_down() outside the block"
        self._is_stopping = True
        if self._starting is not None:
            self._starting.cancel()
        self._tasks.create_task(self._stop_all(), name="stop")

    async def _stop_all(self) -> None:
        began = self._clock.monotonic()
        deadline_s = self._policy.stop_timeout_s + SEEING_OUT_S + _SPARE_S
        _log.info("Stopping all workers, %g s at most", deadline_s)
        self._bus.publish(FleetStopping(deadline_s))
        for runner in self._runners.values():
            runner.post(StopRequested())
        try:
            async with asyncio.timeout(deadline_s):
                for runner in self._runners.values():
                    await runner.settle()
            took = describe_duration(self._clock.monotonic() - began)
            _log.info("All workers stopped after %s", took)
        except TimeoutError:
            for runner in self._runners.values():
                runner.give_up()
        finally:
            self._bus.publish(FleetStopped())
            self._stopped.set()

    async def _leave(self) -> asyncio.CancelledError | None:
        """Stop the fleet; returns the impatience that was met meanwhile."""
        impatience = None
        self._begin_stop()
        while not self._stopped.is_set():
            try:
                await self._stopped.wait()
            except asyncio.CancelledError as error:
                impatience = error
                self.kill_now()
        return impatience

    async def _ask(self, bot: str, event: Event) -> None:
        self._spec(bot)
        starts = isinstance(event, StartRequested | RestartRequested)
        if starts and self._is_stopping:
            raise FleetStoppingError(
                f"{bot} cannot be started: the whole fleet is being stopped"
            )
        if starts:
            self.tenancy.check(bot)
        runner = self._runners[bot]
        runner.post(event)
        await runner.settle()

    def _measure(self, table: Table) -> None:
        for runner in self._runners.values():
            runner.measure(table)

    def _on_lines_added(self, last_seq: int) -> None:
        self._bus.publish(LinesAdded(last_seq))

    def _on_death(self, death: Death) -> None:
        if self._coroner is None or self._tasks is None:
            return
        try:
            self._coroner.examine(death, self._tasks)
        except Exception:  # noqa: BLE001 - the bot is to be started again in any case
            _log.exception("%s: its death could not be looked into", death.bot)

    def _on_change(self, runner: BotRunner) -> None:
        self._bus.publish(BotChanged(runner.snapshot()))
        self._look_at_start()

    def placed(self) -> None:
        """Note that it is known which bots run here; the start is over with them."""
        if not self._is_placed:
            self._is_placed = True
            self._look_at_start()

    def _look_at_start(self) -> None:
        if self._is_stopping or self._report.is_over or not self._is_placed:
            return
        here = [bot for bot in self.bots() if self.tenancy.is_here(bot.bot)]
        report = self._report.look(here, self._clock.monotonic())
        if report is not None:
            _log.log(report.level, "%s", report.text)
            if report.ready is not None:
                self._bus.publish(FleetReady(report.ready))


def _ignore(_: BotRunner) -> None:
    """What is shown of the control bot is asked for, not told."""
