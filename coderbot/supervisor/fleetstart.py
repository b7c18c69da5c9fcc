"""The start of the fleet: in which order, with which pauses, and when it is over."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from coderbot.clock import Clock
from coderbot.supervisor.events import FleetEvent, FleetReady
from coderbot.supervisor.lines import CONTROL
from coderbot.supervisor.report import StartReport
from coderbot.supervisor.runner import BotRunner
from coderbot.supervisor.spec import RestartPolicy
from coderbot.supervisor.startqueue import StartQueue
from coderbot.supervisor.state import StartRequested
from coderbot.supervisor.tenancy import Tenancy

_log = logging.getLogger(__name__)


class FleetStart:
    """Starts all bots of a host that is alone, and tells when all are ready.

    Where several hosts share the bots, each is started when this host is given it;
    what is told then counts from the moment at which that is known (`placed`).

    Args:
        policy: Holds the pause between two starts; may be replaced.
        clock: For the pauses.
        runners: Of all bots, by id; bots come and go.
        queue: Says when the next one may boot.
        tenancy: Says which bots may run here.
        publish: Is told when the fleet is ready.
    """

    def __init__(
        self,
        policy: RestartPolicy,
        clock: Clock,
        runners: Mapping[str, BotRunner],
        queue: StartQueue,
        tenancy: Tenancy,
        publish: Callable[[FleetEvent], None],
    ) -> None:
        self.policy = policy
        self._clock = clock
        self._runners = runners
        self._queue = queue
        self._tenancy = tenancy
        self._publish = publish
        self._is_placed = not tenancy.is_shared
        self._spared: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self._report: StartReport | None = None
        """What is still to be told; None before the start, and when it is called off."""

    def begin(self, tasks: asyncio.TaskGroup) -> None:
        """Begin to start the fleet, in a task of this group."""
        self._report = StartReport(self._clock.monotonic())
        if not self._tenancy.is_shared:
            self._task = tasks.create_task(self._start_all(), name="start")

    def asked(self, bot: str, *, starts: bool) -> None:
        """Note what somebody wants of a bot: one that is stopped loses its turn."""
        if starts:
            self._spared.discard(bot)
        elif self._runners[bot].snapshot().run == 0:
            self._spared.add(bot)
            self.look()

    def call_off(self) -> None:
        """Start no more bots, and tell no more of the start."""
        self._report = None
        if self._task is not None:
            self._task.cancel()

    def placed(self) -> None:
        """Note that it is known which bots run here; the start is over with them."""
        if not self._is_placed:
            self._is_placed = True
            self.look()

    def look(self) -> None:
        """Tell how the start went, once that is known; to be called at each change."""
        if self._report is None or self._report.is_over or not self._is_placed:
            return
        here = [
            runner.snapshot()
            for runner in without_control_bot(self._runners)
            if self._tenancy.is_here(runner.bot) and runner.bot not in self._spared
        ]
        report = self._report.look(here, self._clock.monotonic())
        if report is not None:
            _log.log(report.level, "%s", report.text)
            if report.ready is not None:
                self._publish(FleetReady(report.ready))

    async def _start_all(self) -> None:
        fleet = without_control_bot(self._runners)
        count = len(fleet)
        for position, runner in enumerate(fleet):
            if position > 0:
                await self._clock.sleep(self.policy.start_delay_s)
            await self._queue.turn(runner.bot)
            is_gone = self._runners.get(runner.bot) is not runner
            if is_gone or runner.bot in self._spared:
                # Removed, or stopped, while it waited.
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
        if CONTROL in self._spared:
            return
        _log.info("Starting the control bot")
        runner.post(StartRequested())


def without_control_bot(runners: Mapping[str, BotRunner]) -> list[BotRunner]:
    """Return the runners of the fleet, which the control bot is none of."""
    return [runner for bot, runner in runners.items() if bot != CONTROL]
