"""The open terminals of a worker: at most one for each user."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from coderbot.clock import Clock
from coderbot.worker.terminal.errors import (
    TerminalClosedError,
    TerminalExistsError,
    TerminalLimitError,
)
from coderbot.worker.terminal.session import TerminalSession
from coderbot.worker.terminal.spec import TerminalSpec

_log = logging.getLogger(__name__)

OnClosed = Callable[[int, str, bool], Awaitable[None]]
"""Called with key, how it ended (`exit 0`, `SIGKILL`, `idle`) and whether asked."""

IDLE = "idle"
"""How a terminal ended that nobody had typed into."""

_MAX_IDLE_STEP_S = 30.0
"""Longest pause between two looks for idle terminals, in seconds."""


@dataclass(frozen=True, slots=True)
class TerminalLimits:
    """What terminals may take."""

    idle_timeout_s: float = 1800.0
    """A terminal without input for so long is closed; output does not count."""
    max_terminals: int = 32
    """Terminals of all users together."""


class TerminalRegistry:
    """Opens, finds and closes terminals; closes all when its block is left.

    Args:
        clock: For the idle time.
        limits: What terminals may take.
        on_closed: Told of every terminal that has ended before the block was left.
    """

    def __init__(
        self,
        clock: Clock,
        limits: TerminalLimits = TerminalLimits(),
        on_closed: OnClosed | None = None,
    ) -> None:
        self._clock = clock
        self._limits = limits
        self._on_closed = on_closed
        self._sessions: dict[int, TerminalSession] = {}
        self._opening: set[int] = set()
        self._asked: dict[TerminalSession, bool] = {}
        """Sessions that were closed from here, and whether a person asked."""
        self._stack = contextlib.AsyncExitStack()
        self._group = asyncio.TaskGroup()
        self._is_open = False

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._group)
        idle = self._group.create_task(self._close_idle_ones(), name="idle terminals")
        self._stack.callback(idle.cancel)
        self._stack.push_async_callback(self.close_all)
        self._is_open = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        self._is_open = False
        return await self._stack.__aexit__(kind, error, traceback)

    def __len__(self) -> int:
        return len(self._sessions)

    def get(self, key: int) -> TerminalSession | None:
        """Return the open terminal of user `key`."""
        session = self._sessions.get(key)
        return session if session and session.is_open else None

    async def open(self, key: int, spec: TerminalSpec) -> TerminalSession:
        """Open a terminal for user `key`.

        Raises:
            TerminalExistsError: When that user has one.
            TerminalLimitError: When there are too many.
            TerminalStartError: When the program cannot be started.
        """
        self._check_room(key)
        self._opening.add(key)
        try:
            session = await TerminalSession.open(spec, self._clock, key)
        finally:
            self._opening.discard(key)
        if not self._is_open:
            await session.close()
            raise TerminalClosedError("The terminals of this bot are being closed.")
        self._sessions[key] = session
        self._group.create_task(self._attend(session), name=f"terminal of {key}")
        return session

    async def close(self, key: int) -> bool:
        """Close the terminal of user `key`; returns False when there is none."""
        session = self._sessions.get(key)
        if session is None:
            return False
        await self._end(session, asked=True)
        return True

    async def close_all(self) -> None:
        """Close every terminal, all at the same time."""
        async with asyncio.TaskGroup() as group:
            for session in tuple(self._sessions.values()):
                group.create_task(self._end(session, asked=True))

    async def check_idle(self) -> None:
        """Close the terminals that nobody has typed into for too long."""
        latest = self._clock.monotonic() - self._limits.idle_timeout_s
        async with asyncio.TaskGroup() as group:
            for session in tuple(self._sessions.values()):
                if session.last_input_at <= latest:
                    group.create_task(self._end(session, asked=False))

    def _check_room(self, key: int) -> None:
        if not self._is_open:
            raise TerminalClosedError("The terminals of this bot are being closed.")
        if self.get(key) is not None or key in self._opening:
            raise TerminalExistsError("You already have a terminal.", "Close it first.")
        if len(self._sessions) + len(self._opening) >= self._limits.max_terminals:
            raise TerminalLimitError(
                f"There are {self._limits.max_terminals} terminals open already.",
                "One of them has to be closed first.",
            )

    async def _end(self, session: TerminalSession, asked: bool) -> None:
        self._asked.setdefault(session, asked)
        self._forget(session)
        await session.close()

    def _forget(self, session: TerminalSession) -> None:
        """Drop a session, but never a newer one of the same user."""
        if self._sessions.get(session.key) is session:
            del self._sessions[session.key]

    async def _attend(self, session: TerminalSession) -> None:
        """Wait for the end of a terminal, clean up after it and tell."""
        how = await session.wait_closed()
        self._forget(session)
        await session.close()
        asked = self._asked.pop(session, None)
        # When all are closed nobody is told: who would tell is closing, too.
        if self._on_closed is None or not self._is_open:
            return
        try:
            how = IDLE if asked is False else how
            await self._on_closed(session.key, how, bool(asked))
        except Exception:  # noqa: BLE001 - the fence around one message
            _log.exception("Telling of a closed terminal failed")

    async def _close_idle_ones(self) -> None:
        step_s = min(self._limits.idle_timeout_s / 4, _MAX_IDLE_STEP_S)
        while True:
            await self._clock.sleep(step_s)
            await self.check_idle()
