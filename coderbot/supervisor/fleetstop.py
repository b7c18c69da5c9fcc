"""The stop of the fleet: all workers at the same time, within a bound."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from coderbot.clock import Clock
from coderbot.supervisor.events import FleetEvent, FleetStopped, FleetStopping
from coderbot.supervisor.exits import describe_duration
from coderbot.supervisor.run import SEEING_OUT_S
from coderbot.supervisor.runner import BotRunner
from coderbot.supervisor.spec import RestartPolicy
from coderbot.supervisor.state import KillRequested, StopRequested

_SPARE_S = 1.0
"""Added to the bound of the stop: for a busy machine."""

_log = logging.getLogger(__name__)


def stop_bound_s(policy: RestartPolicy) -> float:
    """Return how long the stop of a fleet takes at most, in seconds."""
    return policy.stop_timeout_s + SEEING_OUT_S + _SPARE_S


class FleetStop:
    """Stops all bots; once begun, nothing calls it off.

    Args:
        clock: Measures how long it took.
        runners: Of all bots, by id.
        publish: Is told of the beginning and of the end.
    """

    def __init__(
        self,
        clock: Clock,
        runners: Mapping[str, BotRunner],
        publish: Callable[[FleetEvent], None],
    ) -> None:
        self._clock = clock
        self._runners = runners
        self._publish = publish
        self._has_begun = False
        self._is_over = asyncio.Event()

    @property
    def has_begun(self) -> bool:
        """Whether the fleet is being stopped, or has been."""
        return self._has_begun

    def begin(self, policy: RestartPolicy, tasks: asyncio.TaskGroup) -> None:
        """Begin to stop the fleet, in a task of this group; to be called once."""
        self._has_begun = True
        tasks.create_task(self._stop_all(stop_bound_s(policy)), name="stop")

    def kill_now(self) -> None:
        """While the fleet is being stopped: SIGKILL what is left, without grace."""
        if self._has_begun and not self._is_over.is_set():
            self._post(KillRequested())

    async def wait(self) -> None:
        """Wait until the fleet has been stopped."""
        await self._is_over.wait()

    async def wait_impatiently(self) -> asyncio.CancelledError | None:
        """Wait until the fleet has been stopped, and kill it when cancelled.

        Returns:
            The cancellation that was met meanwhile.
        """
        impatience = None
        while not self._is_over.is_set():
            try:
                await self._is_over.wait()
            except asyncio.CancelledError as error:
                impatience = error
                self.kill_now()
        return impatience

    async def _stop_all(self, bound_s: float) -> None:
        began = self._clock.monotonic()
        _log.info("Stopping all workers, %g s at most", bound_s)
        self._publish(FleetStopping(bound_s))
        self._post(StopRequested())
        try:
            async with asyncio.timeout(bound_s):
                for runner in self._runners.values():
                    await runner.settle()
            took = describe_duration(self._clock.monotonic() - began)
            _log.info("All workers stopped after %s", took)
        except TimeoutError:
            for runner in self._runners.values():
                runner.give_up()
        finally:
            self._publish(FleetStopped())
            self._is_over.set()

    def _post(self, event: KillRequested | StopRequested) -> None:
        for runner in self._runners.values():
            runner.post(event)
