"""Sends what is scheduled: paced, retried, never in a flood."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable

from telegram.error import (
    BadRequest,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from coderbot.botprocess.counters import Counters
from coderbot.botprocess.tasks import Tasks
from coderbot.botprocess.telegram.flood import retry_after_s
from coderbot.botprocess.telegram.pace import Overall, Priority
from coderbot.botprocess.telegram.schedule import Errand, Schedule
from coderbot.botprocess.waits import wait_event
from coderbot.clock import Clock

_ATTEMPTS = 4
"""How often one call is tried when the network fails."""
_FLOOD_WAITS = 3
"""How often one call waits because Telegram asks to."""
_REFUSED = (BadRequest, Forbidden, InvalidToken)
"""Answers that the same call would get again."""
_RARELY = 50
"""Of further drops in a row, every how many is told."""

_log = logging.getLogger(__name__)


class GaveUpError(Exception):
    """Raised when a call has failed for good; `reason` is Telegram's, lower case."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason.lower()


class Dispatcher:
    """Does calls of the Bot API in their turn.

    It runs by itself while something waits.

    Args:
        tasks: Owner of the calls.
        clock: For pace and pauses.
        jitter: Returns a number from 0 to 1, to spread retries.
        counters: Of this worker.
        pace: Of all chats together; None: that of a bot with one worker.
    """

    def __init__(
        self,
        tasks: Tasks,
        clock: Clock,
        jitter: Callable[[], float],
        counters: Counters,
        pace: Overall | None = None,
    ) -> None:
        self._tasks = tasks
        self._clock = clock
        self._jitter = jitter
        self._counters = counters
        self._schedule = Schedule(clock.monotonic(), pace)
        self._changed = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._runs = False

    def __len__(self) -> int:
        """Return how many calls wait or are under way."""
        return len(self._schedule)

    async def do(
        self,
        chat: int | None,
        priority: Priority,
        call: Callable[[], Awaitable[int | None]],
        *,
        messages: int = 1,
        key: Hashable = None,
    ) -> int | None:
        """Do `call` in its turn and return its result.

        When another call waits with the same key, this one takes its place, and
        both get the result of this one.

        Raises:
            GaveUpError: When it has failed for good, or was dropped.
        """
        errand = self._schedule.waiting(chat, key)
        if errand is None:
            errand = Errand(chat, priority, call, messages, key)
            errand.outcome = asyncio.get_running_loop().create_future()
            self._add(errand)
        else:
            self._schedule.replace(errand, call, priority)
        outcome: asyncio.Future[int | None] = errand.outcome
        # Whoever stops waiting must not take the result from another.
        return await asyncio.shield(outcome)

    def pause_s(self, chat: int, priority: Priority) -> float:
        """Return how long a message has to wait in a chat, in seconds."""
        return self._schedule.pause_s(chat, priority, self._clock.monotonic())

    def hold(self, chat: int | None, seconds: float) -> None:
        """Send nothing to a chat for a while: Telegram wants to hear nothing."""
        now = self._clock.monotonic()
        self._schedule.hold(chat, now + seconds, now)
        self._changed.set()

    async def drain(self) -> None:
        """Drop what is worth nothing once the bot stops; return when all is sent."""
        # What was spawned just now has to begin before it can be waited for.
        await asyncio.sleep(0)
        for errand in self._schedule.drop(Priority.SCREEN):
            self._give_up(errand, "the bot stops")
        self._schedule.hurry()
        self._changed.set()
        self._settle()
        try:
            await self._idle.wait()
        except asyncio.CancelledError:
            self._counters.outbox_dropped += len(self._schedule)
            _log.warning("%d messages could not be sent in time", len(self._schedule))
            raise

    def _add(self, errand: Errand) -> None:
        dropped = self._schedule.add(errand, self._clock.monotonic())
        if dropped is not None:
            self._drop(dropped)
        self._settle()
        self._changed.set()
        if not self._runs and len(self._schedule):
            self._runs = True
            self._tasks.spawn(self._run(), "outbox")

    def _drop(self, errand: Errand) -> None:
        self._counters.outbox_dropped += 1
        if self._counters.outbox_dropped % _RARELY == 1:
            _log.warning(
                "Too much waits for chat %s: %d calls dropped so far",
                errand.chat,
                self._counters.outbox_dropped,
            )
        self._give_up(errand, "too many messages wait in this chat")

    async def _run(self) -> None:
        """Start what may go, until nothing waits and nothing is under way."""
        try:
            while len(self._schedule):
                self._changed.clear()
                now = self._clock.monotonic()
                while (errand := self._schedule.take(now)) is not None:
                    self._counters.outbox_wait_seconds += now - errand.since
                    self._tasks.spawn(self._deliver(errand), f"call for {errand.chat}")
                await self._await_turn(self._schedule.wait_s(now))
        finally:
            self._runs = False

    async def _await_turn(self, wait_s: float | None) -> None:
        if wait_s is None:
            await self._changed.wait()
        else:
            await wait_event(self._changed, self._clock, wait_s)

    async def _deliver(self, errand: Errand) -> None:
        try:
            await self._try(errand)
        finally:
            self._schedule.finish(errand, self._clock.monotonic())
            self._settle()
            self._changed.set()

    async def _try(self, errand: Errand) -> None:
        """Do a call once; it is queued again when that can help."""
        outcome: asyncio.Future[int | None] = errand.outcome
        try:
            result = await errand.call()
        except RetryAfter as error:
            self.hold(errand.chat, retry_after_s(error))
            errand.floods += 1
            # A screen is older then than the one that would be drawn.
            again = errand.priority != Priority.SCREEN
            self._again(errand, error, again and errand.floods <= _FLOOD_WAITS)
        except _REFUSED as error:
            self._give_up(errand, error.message)
        except NetworkError as error:
            errand.failures += 1
            if errand.failures < _ATTEMPTS:
                self.hold(
                    errand.chat, 2 ** (errand.failures - 1) * (0.5 + self._jitter())
                )
            self._again(errand, error, errand.failures < _ATTEMPTS)
        except TelegramError as error:
            self._give_up(errand, error.message)
        except Exception as error:  # noqa: BLE001 - the one who asked gets it
            outcome.set_exception(error)
        else:
            outcome.set_result(result)

    def _again(self, errand: Errand, error: TelegramError, wanted: bool) -> None:
        if wanted:
            self._schedule.put_back(errand, self._clock.monotonic())
        else:
            self._give_up(errand, error.message)

    def _give_up(self, errand: Errand, reason: str) -> None:
        errand.outcome.set_exception(GaveUpError(reason))
        # Nobody may be waiting any more; that is no fault.
        errand.outcome.exception()

    def _settle(self) -> None:
        if len(self._schedule):
            self._idle.clear()
        else:
            self._idle.set()
