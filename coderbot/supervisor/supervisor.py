"""The supervisor: all bots of one host, from the first start to the last end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Self

from coderbot.clock import Clock, SystemClock
from coderbot.errors import CoderBotError
from coderbot.redact import Redactor
from coderbot.supervisor.bus import Bus
from coderbot.supervisor.death import ignore
from coderbot.supervisor.dossiers import Dossiers
from coderbot.supervisor.errors import FleetStoppingError
from coderbot.supervisor.events import (
    BotChanged,
    BotRemoved,
    BotSnapshot,
    FleetEvent,
    LinesAdded,
)
from coderbot.supervisor.fleetstart import FleetStart, without_control_bot
from coderbot.supervisor.fleetstop import FleetStop
from coderbot.supervisor.household import Household, adopting_orphans
from coderbot.supervisor.ledger import Ledger
from coderbot.supervisor.leftovers import end_leftovers
from coderbot.supervisor.lines import CONTROL
from coderbot.supervisor.logfiles import LogFiles
from coderbot.supervisor.plan import Changes, Plan
from coderbot.supervisor.proctable import Table, read_table
from coderbot.supervisor.records import Records
from coderbot.supervisor.runner import BotRunner, Surroundings
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


class Supervisor(Records):
    """Runs the workers of all bots; implements `SupervisorPort`.

    The fleet starts on entry into `running`, in order and with a pause between two
    starts; it has stopped when that block is left, whatever the reason.

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
        aides = [control_bot] if control_bot is not None else []
        self._clock = clock if clock is not None else SystemClock()
        self._bus = Bus()
        super().__init__(
            {spec.bot: spec for spec in (*specs, *aides)},
            redactor,
            self._clock,
            media_root,
            log_files,
            dossiers,
            lambda last_seq: self._bus.publish(LinesAdded(last_seq)),
        )
        self._policy = policy
        self._redactor = redactor
        self._ledger = ledger if ledger is not None else Ledger(None)
        self._queue = StartQueue(
            policy.start_concurrency, self._clock, policy.boot_patience_s
        )
        self._runners: dict[str, BotRunner] = {}
        self.tenancy = Tenancy(host, self._runners, self._queue)
        """Which bots may run on this host."""
        self._now: _Now | None = None
        self._starting = FleetStart(
            policy,
            self._clock,
            self._runners,
            self.tenancy,
            self._bus.publish,
        )
        self._stopping = FleetStop(self._clock, self._runners, self._bus.publish)
        self._reload: Callable[[bool], Awaitable[Plan]] | None = None

    def bots(self) -> Sequence[BotSnapshot]:
        """Return all bots by index, as they stand now."""
        return [runner.snapshot() for runner in without_control_bot(self._runners)]

    def control_bot(self) -> BotSnapshot | None:
        """Return how the control bot stands now, if there is one."""
        runner = self._runners.get(CONTROL)
        return None if runner is None else runner.snapshot()

    async def add(self, spec: WorkerSpec) -> None:
        """Take one more bot, or the control bot; returns when its process exists.

        Raises:
            FleetStoppingError: When the whole fleet is being stopped.
        """
        if self.is_stopping or self._now is None:
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
        if not self.is_stopping and self._runners.pop(bot, None) is not None:
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
        self._starting.policy = policy
        for runner in self._runners.values():
            runner.adopt_policy(policy)
        if self._now is not None:
            self._now.watchdog.policy = policy

    async def terminals(self, bot: str) -> Sequence[TerminalScreen]:
        """Return what the open terminals of a bot show.

        Raises:
            CoderBotError: When its worker does not answer.
        """
        self._spec(bot)
        return await self._runners[bot].terminals()

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
        await self._stopping.wait()

    def kill_now(self) -> None:
        """While the fleet is being stopped: SIGKILL what is left, without grace."""
        self._stopping.kill_now()

    @property
    def is_stopping(self) -> bool:
        """Whether the whole fleet is being stopped, or has been."""
        return self._stopping.has_begun

    def placed(self) -> None:
        """Note that it is known which bots run here; the start is over with them."""
        self._starting.placed()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Start the fleet, and stop it when the block is left; to be used once.

        An error of the block leaves as it is, not in a group.
        """
        async with self._keeping():
            with adopting_orphans():
                # Before a token is polled again: who is left may be polling it still.
                await end_leftovers(self._ledger.read(), self._clock)
                async with undertaker(self._ledger.path), self._attending():
                    yield self

    @asynccontextmanager
    async def _attending(self) -> AsyncIterator[None]:
        """Own all tasks of the fleet."""
        failure: BaseException | None = None
        async with asyncio.TaskGroup() as tasks:
            household = Household(self._clock, read_table(), self._ledger)
            watchdog = Watchdog(
                self._clock, self._policy, self._runners.values(), self._queue
            )
            self._now = _Now(tasks, self._surroundings(household, tasks), watchdog)
            census = tasks.create_task(household.run(self._measure), name="census")
            self._runners.update(
                (bot, self._runner_of(spec)) for bot, spec in self._specs.items()
            )
            watch = tasks.create_task(watchdog.run(), name="watchdog")
            self._starting.begin(tasks)
            try:
                yield
            except BaseException as error:  # noqa: BLE001 - raised again below
                failure = error
            self._begin_stop()
            failure = await self._stopping.wait_impatiently() or failure
            census.cancel()
            watch.cancel()
        if failure is not None:
            raise failure

    def _surroundings(
        self, household: Household, tasks: asyncio.TaskGroup
    ) -> Surroundings:
        coroner = self._coroner
        return Surroundings(
            self._clock,
            self._redactor,
            self._logbook,
            household,
            tasks,
            self._queue,
            self._on_change,
            partial(coroner.examine, tasks=tasks) if coroner is not None else ignore,
        )

    def _runner_of(self, spec: WorkerSpec) -> BotRunner:
        assert self._now is not None, "a runner outside the block"
        around = self._now.surroundings
        if spec.bot == CONTROL:
            # Its starts hold nobody up.
            queue = StartQueue(1, self._clock, self._policy.boot_patience_s)
            around = replace(around, queue=queue, on_change=_ignore)
        return BotRunner(spec, self._policy, around)

    def _begin_stop(self) -> None:
        """Begin to stop the fleet, unless that has begun already."""
        if not self.is_stopping:
            assert self._now is not None, "shut_down() outside the block"
            self._starting.call_off()
            self.tenancy.close()
            self._stopping.begin(self._policy, self._now.tasks)

    async def _ask(self, bot: str, event: Event) -> None:
        self._spec(bot)
        starts = isinstance(event, StartRequested | RestartRequested)
        if starts and self.is_stopping:
            raise FleetStoppingError(
                f"{bot} cannot be started: the whole fleet is being stopped"
            )
        if starts:
            self.tenancy.check(bot)
        runner = self._runners[bot]
        runner.post(event)
        self.tenancy.call_off(bot)
        self._starting.look()
        await runner.settle()

    def _measure(self, table: Table) -> None:
        for runner in self._runners.values():
            runner.measure(table)

    def _on_change(self, runner: BotRunner) -> None:
        self._bus.publish(BotChanged(runner.snapshot()))
        self._starting.look()


@dataclass(frozen=True, slots=True)
class _Now:
    """What there is only while the fleet runs."""

    tasks: asyncio.TaskGroup
    surroundings: Surroundings
    watchdog: Watchdog


def _ignore(_: BotRunner) -> None:
    """What is shown of the control bot is asked for, not told."""
