"""The files on their way to one recipient."""

import asyncio
import bisect
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from coderbot.clock import Clock
from coderbot.worker.media.backoff import backoff_s
from coderbot.worker.media.job import Job
from coderbot.worker.media.names import shown
from coderbot.worker.media.upload import UploadDelayed, UploadFailed
from coderbot.worker.media.waits import wait_event

_log = logging.getLogger(__name__)

_WIDTH = 2
"""Files on their way to one recipient at a time.

With one, a file that takes minutes would hold up all after it.
"""
_LONGEST_PAUSE_S = 5.0
"""A lane in trouble is tried at least so often."""
_OUTAGE = 3
"""So many failures in a row are no fault of single files."""
_RARELY = 20
"""Of the further failures in a row, every how many is told."""
_IDLE_S = 3_600.0


@dataclass(eq=False, slots=True)
class _Delivery:
    job: Job
    due_s: float = 0.0
    failures: int = 0


class Lane:
    """Brings files to one chat, in order, and again when it did not work.

    Each recipient has a lane of its own, so a slow or punished one holds up
    nobody else. Within a lane a file that fails waits alone for its next turn;
    only failures in a row, or the server's word, pause the whole lane.

    Args:
        chat_id: The recipient.
        attempt: Brings a file to a chat, once; raises UploadDelayed or
            UploadFailed when it is to be tried again.
        clock: Measures the pauses.
        random: Returns a number from 0 to 1.
    """

    def __init__(
        self,
        chat_id: int,
        attempt: Callable[[Job, int], Awaitable[None]],
        clock: Clock,
        random: Callable[[], float],
    ) -> None:
        self._chat_id = chat_id
        self._attempt = attempt
        self._clock = clock
        self._random = random
        self._queue: list[_Delivery] = []
        self._paused_until_s = 0.0
        self._failures_in_row = 0
        self._changed = asyncio.Event()

    def add(self, job: Job) -> None:
        """Put `job` in line, by its number."""
        self._put(_Delivery(job))

    async def run(self) -> None:
        """Bring files until cancelled."""
        async with asyncio.TaskGroup() as group:
            for number in range(_WIDTH):
                group.create_task(self._work(), name=f"media-lane-{number}")

    async def _work(self) -> None:
        while True:
            delivery, wait_s = self._take()
            if delivery is not None:
                await self._try(delivery)
                continue
            self._changed.clear()
            await wait_event(self._changed, self._clock, wait_s)

    def _put(self, delivery: _Delivery) -> None:
        bisect.insort(self._queue, delivery, key=lambda one: one.job.number)
        self._changed.set()

    def _take(self) -> tuple[_Delivery | None, float]:
        """Take the first that is due; else tell how long to wait, in seconds."""
        now_s = self._clock.monotonic()
        if now_s < self._paused_until_s:
            return None, self._paused_until_s - now_s
        for position, delivery in enumerate(self._queue):
            if delivery.due_s <= now_s or delivery.job.is_stale:
                return self._queue.pop(position), 0.0
        soonest_s = min((one.due_s for one in self._queue), default=now_s + _IDLE_S)
        return None, soonest_s - now_s

    async def _try(self, delivery: _Delivery) -> None:
        try:
            await self._attempt(delivery.job, self._chat_id)
        except UploadDelayed as delay:
            self._pause(delay.retry_after_s)
            self._put(delivery)
            self._log(delivery, delay.message, delay.retry_after_s)
        except UploadFailed as error:
            self._postpone(delivery, error)
        else:
            self._succeeded()

    def _succeeded(self) -> None:
        if self._failures_in_row >= _OUTAGE:
            # It is over: what failed meanwhile goes on in its old order.
            for delivery in self._queue:
                delivery.due_s = 0.0
            self._changed.set()
        self._failures_in_row = 0

    def _postpone(self, delivery: _Delivery, error: UploadFailed) -> None:
        delivery.failures += 1
        self._failures_in_row += 1
        wait_s = backoff_s(delivery.failures, self._random)
        delivery.due_s = self._clock.monotonic() + wait_s
        # Shorter than the wait of the file itself, so that others go first.
        pause_s = backoff_s(self._failures_in_row, self._random) / 2
        self._pause(min(pause_s, _LONGEST_PAUSE_S, wait_s / 2))
        self._put(delivery)
        if self._failures_in_row <= _OUTAGE or self._failures_in_row % _RARELY == 0:
            self._log(delivery, error.message, wait_s)

    def _pause(self, seconds: float) -> None:
        until_s = self._clock.monotonic() + seconds
        self._paused_until_s = max(self._paused_until_s, until_s)

    def _log(self, delivery: _Delivery, why: str, wait_s: float) -> None:
        _log.warning(
            "Cannot send %s to %s now: %s; trying again in %.1f s",
            shown(delivery.job.file.name),
            self._chat_id,
            why,
            wait_s,
        )
