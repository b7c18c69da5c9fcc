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
        tenancy: Says which bots may run here, and starts them in their turn.
        publish: Is told when the fleet is ready.
    """

    def __init__(
        self,
        policy: RestartPolicy,
        clock: Clock,
        runners: Mapping[str, BotRunner],
        tenancy: Tenancy,
        publish: Callable[[FleetEvent], None],
    ) -> None:
        self.policy = policy
        self._clock = clock
        self._runners = runners
        self._tenancy = tenancy
        self._publish = publish
        self._is_placed = not tenancy.is_shared
        self._task: asyncio.Task[None] | None = None
        self._report: StartReport | None = None
        """What is still to be told; None before the start, and when it is called off."""

    def begin(self, tasks: asyncio.TaskGroup) -> None:
        """Begin to start the fleet, in a task of this group."""
        self._report = StartReport(self._clock.monotonic())
        if not self._tenancy.is_shared:
            for bot in self._runners:
                self._tenancy.expect(bot)
            self._task = tasks.create_task(self._start_all(), name="start")

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
            if self._tenancy.is_here(runner.bot)
        ]
        # One that was stopped before its turn, here or on another host, is none of
        # those that are to be ready.
        here = [bot for bot in here if bot.run or self._tenancy.is_awaited(bot.bot)]
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
            described = f"{runner.bot} ({position + 1} of {count})"
            await self._tenancy.start(runner.bot, described)
        if CONTROL in self._runners:
            # When the last worker has booted, or takes its time.
            await self._tenancy.start(CONTROL, "the control bot")


def without_control_bot(runners: Mapping[str, BotRunner]) -> list[BotRunner]:
    """Return the runners of the fleet, which the control bot is none of."""
    return [runner for bot, runner in runners.items() if bot != CONTROL]
