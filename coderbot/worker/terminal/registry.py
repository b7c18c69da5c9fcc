"""The open terminals of a worker: opened, found by name, closed when idle."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from coderbot.clock import Clock
from coderbot.worker.terminal.errors import (
    TerminalClosedError,
    TerminalExistsError,
    TerminalLimitError,
)
from coderbot.worker.terminal.ident import TerminalId
from coderbot.worker.terminal.session import TerminalSession
from coderbot.worker.terminal.spec import TerminalSpec

_log = logging.getLogger(__name__)

OnClosed = Callable[[TerminalSession, str, bool], Awaitable[None]]
"""Called with how it ended (`exit 0`, `SIGKILL`, `idle`) and whether asked for."""

OnIdle = Callable[[TerminalSession, float], Awaitable[None]]
"""Called with the time until a terminal is closed for being idle, in seconds."""

IDLE = "idle"
"""How a terminal ended that nobody had typed into."""

_MAX_IDLE_STEP_S = 30.0
"""Longest pause between two looks for idle terminals, in seconds."""
_MIN_IDLE_STEP_S = 0.05


@dataclass(frozen=True, slots=True)
class TerminalLimits:
    """What terminals may take."""

    idle_timeout_s: float = 1800.0
    """A terminal without input for so long is closed; output does not count."""
    notice_s: float = 300.0
    """So long before that its user is told, in seconds; half-way if that is later."""
    max_terminals: int = 32
    """Terminals of all users together."""
    max_per_user: int = 8
    """Terminals of one user."""

    @property
    def quiet_s(self) -> float:
        """Time without input after which the user is told, in seconds."""
        return self.idle_timeout_s - min(self.notice_s, self.idle_timeout_s / 2)


class TerminalRegistry:
    """Opens, finds and closes terminals; closes all when its block is left.

    Args:
        clock: For the idle time.
        limits: What terminals may take.
        on_closed: Told of every terminal that has ended before the block was left.
        on_idle: Told of every terminal that is soon to be closed for being idle.
    """

    def __init__(
        self,
        clock: Clock,
        limits: TerminalLimits = TerminalLimits(),
        on_closed: OnClosed | None = None,
        on_idle: OnIdle | None = None,
    ) -> None:
        self._clock = clock
        self._limits = limits
        self._on_closed = on_closed
        self._on_idle = on_idle
        self._warned: dict[TerminalSession, float] = {}
        """Sessions whose user was told, and when they had last been typed into."""
        self._sessions: dict[TerminalId, TerminalSession] = {}
        self._opening: set[TerminalId] = set()
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

    def sessions(self) -> Sequence[TerminalSession]:
        """Return the open terminals."""
        return [each for each in self._sessions.values() if each.is_open]

    def get(self, key: TerminalId) -> TerminalSession | None:
        """Return the open terminal of this name."""
        session = self._sessions.get(key)
        return session if session and session.is_open else None

    def names(self, user_id: int) -> frozenset[str]:
        """Return the names that a user cannot take now: open, or being opened."""
        taken = (*self._sessions, *self._opening)
        return frozenset(key.name for key in taken if key.user_id == user_id)

    async def open(self, key: TerminalId, spec: TerminalSpec) -> TerminalSession:
        """Open a terminal.

        Raises:
            TerminalExistsError: When its user has one of this name.
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

    async def close(self, key: TerminalId) -> bool:
        """Close a terminal and all it has started; returns False if there is none."""
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
        """Close the terminals that nobody has typed into for too long.

        Their users are told some time before.
        """
        now = self._clock.monotonic()
        async with asyncio.TaskGroup() as group:
            for session in tuple(self._sessions.values()):
                idle_s = now - session.last_input_at
                if idle_s >= self._limits.idle_timeout_s:
                    group.create_task(self._end(session, asked=False))
                elif idle_s >= self._limits.quiet_s:
                    await self._warn(session, self._limits.idle_timeout_s - idle_s)

    async def _warn(self, session: TerminalSession, left_s: float) -> None:
        """Tell once that a terminal is soon to be closed."""
        if self._on_idle and self._warned.get(session) != session.last_input_at:
            self._warned[session] = session.last_input_at
            await self._on_idle(session, left_s)

    def _check_room(self, key: TerminalId) -> None:
        if not self._is_open:
            raise TerminalClosedError("The terminals of this bot are being closed.")
        if self.get(key) is not None or key in self._opening:
            raise TerminalExistsError(f"There is a terminal {key.name!r} already.")
        taken = (*self._sessions, *self._opening)
        limits = self._limits
        if sum(each.user_id == key.user_id for each in taken) >= limits.max_per_user:
            raise TerminalLimitError(
                f"You have {limits.max_per_user} terminals open, which is all you may.",
                "Close one first: /list shows them.",
            )
        if len(taken) >= limits.max_terminals:
            raise TerminalLimitError(
                f"All users of this bot together have {limits.max_terminals} terminals "
                "open, which is all it may have.",
                "One of them has to be closed first.",
            )

    async def _end(self, session: TerminalSession, asked: bool) -> None:
        self._asked.setdefault(session, asked)
        self._forget(session)
        await session.close()

    def _forget(self, session: TerminalSession) -> None:
        """Drop a session, but never a newer one of the same user."""
        self._warned.pop(session, None)
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
            await self._on_closed(session, how, bool(asked))
        except Exception:  # noqa: BLE001 - the fence around one message
            _log.exception("Telling of a closed terminal failed")

    async def _close_idle_ones(self) -> None:
        while True:
            await self._clock.sleep(self._until_next_look_s())
            await self.check_idle()

    def _until_next_look_s(self) -> float:
        """Return how long nothing can be due, in seconds."""
        limits, now = self._limits, self._clock.monotonic()
        # A terminal that is opened meanwhile is not due before this.
        pauses = [limits.quiet_s, _MAX_IDLE_STEP_S]
        for session in self._sessions.values():
            idle_s = now - session.last_input_at
            told = self._warned.get(session) == session.last_input_at
            pauses.append((limits.idle_timeout_s if told else limits.quiet_s) - idle_s)
        return max(min(pauses), _MIN_IDLE_STEP_S)
