"""How polling goes: what each finished getUpdates says about it."""

import asyncio
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import httpx
from telegram.error import NetworkError, TelegramError, TimedOut

from coderbot import wire
from coderbot.botprocess.counters import Counters
from coderbot.botprocess.telegram.absence import Absence
from coderbot.botprocess.telegram.calls import CallRequest
from coderbot.clock import Clock
from coderbot.logs import LIFECYCLE_LOGGER

_log = logging.getLogger(LIFECYCLE_LOGGER)


DEAF_S = 60.0
"""A getUpdates that takes longer, three long polls, is given up, in seconds.

Time-outs of the library are between two bytes; a server or a proxy that drips
some now and then would never meet them.
"""
_CONFLICT = "another process polls with the token of this bot"


class PollWatch:
    """Knows when Telegram last answered, and tells the supervisor of changes.

    Args:
        clock: For the age of the last answer.
        send: Sends a frame to the supervisor.
        on_refused: Called when Telegram refuses the token (401).
        absence: Is told of every answer.
    """

    def __init__(
        self,
        clock: Clock,
        send: Callable[[wire.WorkerFrame], None],
        on_refused: Callable[[], None],
        absence: Absence,
    ) -> None:
        self._absence = absence
        self._clock = clock
        self._send = send
        self._on_refused = on_refused
        self._last_poll = clock.monotonic()
        self._state: wire.WorkerStatus | None = None

    @property
    def age_s(self) -> float:
        """Seconds since the last finished getUpdates (before it: since the start)."""
        return self._clock.monotonic() - self._last_poll

    def answered(self, status: int) -> None:
        """Note the HTTP status of a finished getUpdates."""
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            # An answer too: who is told to wait is not deaf.
            self._last_poll = self._clock.monotonic()
            return
        if status == HTTPStatus.OK:
            self._last_poll = self._clock.monotonic()
            self._absence.polled()
            self._enter("polling", "")
        elif status == HTTPStatus.CONFLICT:
            self.conflict()
        elif status == HTTPStatus.UNAUTHORIZED:
            self._on_refused()
        else:
            self.offline(f"the Bot API server answers {status}")

    def conflict(self, detail: str = _CONFLICT) -> None:
        """Note that another process polls with the same token."""
        self._enter("conflict", detail)

    def offline(self, detail: str) -> None:
        """Note that Telegram cannot be reached."""
        self._enter("offline", detail)

    def unanswered(self) -> None:
        """Note that Telegram was reached, and did not answer a getUpdates.

        It is not told as offline: the age of the last poll speaks for itself.
        """
        _log.warning("Telegram: getUpdates was not answered; connecting anew")

    def stopping(self) -> None:
        """Note that polling ends."""
        self._enter("stopping", "")

    @property
    def status(self) -> wire.WorkerStatus | None:
        """How polling goes; None before it is known."""
        return self._state

    @property
    def is_stopping(self) -> bool:
        """Whether polling ends."""
        return self._state == "stopping"

    def _enter(self, state: wire.WorkerStatus, detail: str) -> None:
        if state == self._state or self._state == "stopping":
            return
        if state in ("conflict", "offline"):
            _log.warning("Telegram: %s: %s", state, detail)
        elif self._state is not None and state == "polling":
            _log.info("Telegram: polling again")
        self._state = state
        self._send(wire.Status(state=state, detail=detail))


class PollRequest(CallRequest):
    """The connection for getUpdates alone: reports how each call ended.

    Args:
        watch: Is told.
        counters: Of this worker.
        deaf_s: How long one call may take, in seconds.
        **options: Those of HTTPXRequest.
    """

    def __init__(
        self,
        watch: PollWatch,
        counters: Counters,
        deaf_s: float = DEAF_S,
        **options: Any,
    ) -> None:
        super().__init__(counters, **options)
        self._watch = watch
        self._deaf_s = deaf_s

    async def do_request(
        self, url: str, method: str, *args: Any, **options: Any
    ) -> tuple[int, bytes]:
        """Do one call."""
        try:
            async with asyncio.timeout(self._deaf_s):
                status, body = await super().do_request(url, method, *args, **options)
        except TimeoutError:
            self._watch.unanswered()
            await self._reconnect()
            raise TimedOut from None
        except TelegramError as error:
            if isinstance(error.__cause__, httpx.ReadTimeout):
                self._watch.unanswered()
            else:
                self._watch.offline(error.message.rstrip(": "))
            await self._reconnect()
            raise
        self._watch.answered(status)
        if status == HTTPStatus.NOT_FOUND:
            # The library takes this for a bad token and never polls again; once
            # getMe has succeeded it is a server or a proxy in trouble.
            raise NetworkError(f"the Bot API server answers {status}")
        if status == HTTPStatus.UNAUTHORIZED and not self._watch.is_stopping:
            # The worker is being stopped for this; that cancels the wait.
            await asyncio.Event().wait()
        return status, body

    async def _reconnect(self) -> None:
        """Drop the connection: a half-open one would be used again for ever."""
        await self.shutdown()
        await self.initialize()
