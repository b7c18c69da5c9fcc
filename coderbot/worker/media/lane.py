"""The files on their way to one recipient."""

import asyncio
import bisect
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from coderbot.botprocess.waits import wait_event
from coderbot.clock import Clock
from coderbot.worker.media.backoff import backoff_s
from coderbot.worker.media.job import Job
from coderbot.worker.media.kinds import may_share_album
from coderbot.worker.media.names import shown
from coderbot.worker.media.upload import UploadDelayed, UploadFailed, UploadRefused

_log = logging.getLogger(__name__)

_ALBUM_FILES = 10
_ALBUM_BYTES = 20_000_000
"""A larger album would have to be sent anew for one lost answer."""
_PATIENCE = 3
"""A file that fails so often in a row lets others pass, each by itself."""
_LONGEST_PAUSE_S = 5.0
"""A lane in trouble is tried at least so often."""
_RARELY = 20
"""Of the further failures in a row, every how many is told."""
_IDLE_S = 3_600.0


@dataclass(eq=False, slots=True)
class _Delivery:
    job: Job
    due_s: float = 0.0
    failures: int = 0
    is_alone: bool = False
    """Its album was refused: each file of it is tried by itself."""

    def joins(self, batch: "list[_Delivery]") -> bool:
        """Return whether this one may stand in an album with `batch`."""
        first = batch[0]
        size = sum(each.job.file.size for each in (*batch, self))
        return (
            not (self.is_alone or first.is_alone)
            and self.failures < _PATIENCE > first.failures
            and may_share_album(first.job.kind, self.job.kind)
            and len(batch) < _ALBUM_FILES
            and size <= _ALBUM_BYTES
        )


class Lane:
    """Brings files to one chat, in order, and again when it did not work.

    Each recipient has a lane of its own, so a slow or punished one holds up
    nobody else. Neighbours that may share an album go together. A file that
    fails again and again lets the others pass: it may be the only one.

    Args:
        chat_id: The recipient.
        attempt: Brings files to a chat, once; raises UploadDelayed or
            UploadFailed when it is to be tried again, UploadRefused for an
            album that is to be tried file by file.
        pause_s: Returns for how long the chat takes nothing, in seconds. It is
            asked before an album is put together: what comes meanwhile goes along.
        clock: Measures the pauses.
        random: Returns a number from 0 to 1.
    """

    def __init__(
        self,
        chat_id: int,
        attempt: Callable[[Sequence[Job], int], Awaitable[None]],
        pause_s: Callable[[int], float],
        clock: Clock,
        random: Callable[[], float],
    ) -> None:
        self._chat_id = chat_id
        self._attempt = attempt
        self._pause_s = pause_s
        self._clock = clock
        self._random = random
        self._queue: list[_Delivery] = []
        self._paused_until_s = 0.0
        self._failures_in_row = 0
        self._changed = asyncio.Event()

    def add(self, job: Job) -> None:
        """Put `job` in line, by its number."""
        self._put([_Delivery(job)])

    async def run(self) -> None:
        """Bring files until cancelled."""
        while True:
            batch, wait_s = self._take()
            if batch:
                await self._try(batch)
                continue
            self._changed.clear()
            await wait_event(self._changed, self._clock, wait_s)

    def _put(self, batch: Iterable[_Delivery]) -> None:
        for delivery in batch:
            bisect.insort(self._queue, delivery, key=lambda one: one.job.number)
        self._changed.set()

    def _take(self) -> tuple[list[_Delivery], float]:
        """Take the first that are due; else tell how long to wait, in seconds."""
        now_s = self._clock.monotonic()
        pause_s = self._paused_until_s - now_s
        if self._queue and pause_s <= 0:
            pause_s = self._pause_s(self._chat_id)
        if pause_s > 0:
            return [], pause_s
        for position, delivery in enumerate(self._queue):
            if delivery.due_s <= now_s or delivery.job.is_stale:
                return self._take_album(position, now_s), 0.0
        soonest_s = min((one.due_s for one in self._queue), default=now_s + _IDLE_S)
        return [], soonest_s - now_s

    def _take_album(self, position: int, now_s: float) -> list[_Delivery]:
        batch = [self._queue[position]]
        for following in self._queue[position + 1 : position + _ALBUM_FILES]:
            if following.due_s > now_s or not following.joins(batch):
                break
            batch.append(following)
        del self._queue[position : position + len(batch)]
        return batch

    async def _try(self, batch: list[_Delivery]) -> None:
        try:
            await self._attempt([each.job for each in batch], self._chat_id)
        except UploadDelayed as delay:
            self._pause(delay.retry_after_s)
            self._put(batch)
            self._log(batch, delay.message, delay.retry_after_s)
        except UploadFailed as error:
            self._postpone(batch, error)
        except UploadRefused:
            for delivery in batch:
                delivery.is_alone = True
            self._put(batch)
        else:
            self._succeeded()

    def _succeeded(self) -> None:
        if self._failures_in_row >= _PATIENCE:
            # It is over: what failed meanwhile goes on in its old order.
            for delivery in self._queue:
                delivery.due_s = 0.0
        self._failures_in_row = 0

    def _postpone(self, batch: list[_Delivery], error: UploadFailed) -> None:
        self._failures_in_row += 1
        for delivery in batch:
            delivery.failures += 1
        failures = batch[0].failures
        wait_s = backoff_s(failures, self._random)
        if failures < _PATIENCE:
            self._pause(wait_s)
        else:
            for delivery in batch:
                delivery.due_s = self._clock.monotonic() + wait_s
            # Shorter than the wait of the file itself, so that others go first.
            pause_s = backoff_s(self._failures_in_row, self._random) / 2
            self._pause(min(pause_s, _LONGEST_PAUSE_S, wait_s / 2))
        self._put(batch)
        if self._failures_in_row <= _PATIENCE or self._failures_in_row % _RARELY == 0:
            self._log(batch, error.message, wait_s)

    def _pause(self, seconds: float) -> None:
        until_s = self._clock.monotonic() + seconds
        self._paused_until_s = max(self._paused_until_s, until_s)

    def _log(self, batch: list[_Delivery], why: str, wait_s: float) -> None:
        more = f" and {len(batch) - 1} more" if len(batch) > 1 else ""
        _log.warning(
            "Cannot send %s%s to %s now: %s; trying again in %.1f s",
            shown(batch[0].job.file.name),
            more,
            self._chat_id,
            why,
            wait_s,
        )
