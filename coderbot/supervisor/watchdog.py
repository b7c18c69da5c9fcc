"""Looks regularly after workers that live, but are of no use any more."""

from collections.abc import Collection
from typing import Protocol

from coderbot.clock import Clock
from coderbot.supervisor.pulse import Pulse
from coderbot.supervisor.spec import RestartPolicy
from coderbot.supervisor.startqueue import StartQueue
from coderbot.supervisor.state import Unfit

TICK_S = 1.0
"""Time between two looks, in seconds; less when the limit is short."""
HANG_GRACE_S = 2.0
"""From SIGTERM to SIGKILL for a worker that hangs: it will hardly hear the first."""
_LATE_S = 2.0
"""A look that comes later than this shows that this process itself stood still."""


class Watched(Protocol):
    """What is asked of a runner."""

    @property
    def pulse(self) -> Pulse | None:
        """Return when the process was heard; None unless one is to be heard."""

    def deaf_s(self, now: float) -> float:
        """Return how long the bot has not heard Telegram, without saying why."""

    def post(self, event: Unfit) -> None:
        """Let `event` take effect."""

    def ping(self) -> None:
        """Ask the process for a heartbeat."""

    def end_hung(self, unfit: Unfit) -> None:
        """End a process that does not answer."""


class Watchdog:
    """Ends workers that hang (stopped, in an endless loop), and those that are deaf.

    Halfway through the limit it asks for a heartbeat, so that a limit may be
    shorter than the time between two heartbeats.

    Args:
        clock: For the looks.
        policy: Holds the limits.
        runners: Those it looks after.
        queue: Is told when time has gone by.
    """

    def __init__(
        self,
        clock: Clock,
        policy: RestartPolicy,
        runners: Collection[Watched],
        queue: StartQueue,
    ) -> None:
        self._clock = clock
        self.policy = policy
        self._runners = runners
        self._queue = queue

    async def run(self) -> None:
        """Look after all of them until cancelled."""
        before = self._clock.monotonic()
        while True:
            tick_s = min(TICK_S, self.policy.hang_timeout_s / 10 or TICK_S)
            await self._clock.sleep(tick_s)
            now = self._clock.monotonic()
            self.look(now, slept=now - before > tick_s + _LATE_S)
            before = now
            self._queue.expire()

    def look(self, now: float, *, slept: bool) -> None:
        """Look once.

        Args:
            now: The monotonic clock, in seconds.
            slept: This process itself has stood still: heartbeats wait unread.
        """
        for runner in list(self._runners):
            pulse = runner.pulse
            if pulse is None:
                continue
            if slept:
                pulse.forgive(now)
            self._judge(runner, pulse.silent_s(now), runner.deaf_s(now))

    def _judge(self, runner: Watched, silent_s: float, deaf_s: float) -> None:
        hang_s, deaf_after_s = self.policy.hang_timeout_s, self.policy.deaf_after_s
        if 0 < hang_s <= silent_s:
            reason = f"hung: no heartbeat for {hang_s:g} s"
            runner.end_hung(Unfit(reason, HANG_GRACE_S))
        elif deaf_s >= deaf_after_s:
            reason = f"deaf: no getUpdates for {deaf_after_s:g} s"
            runner.post(Unfit(reason, self.policy.stop_timeout_s))
        elif 0 < hang_s / 2 <= silent_s:
            runner.ping()
