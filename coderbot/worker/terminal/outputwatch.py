"""Counts the output of a program, and lets others wait for it."""

import asyncio
import contextlib

from coderbot.clock import Clock

_REACTION_S = 0.1
"""How long a program that reads keys may take to react to what was typed."""
_ECHO_QUIET_S = 0.005
_ECHO_LIMIT_S = 0.3
"""It has shown that when it pauses, and may take so long for it; in seconds."""


class OutputWatch:
    """Knows when output has come, and when it has settled.

    Args:
        clock: For waits.
    """

    def __init__(self, clock: Clock) -> None:
        self.revision = 0
        """Increases with all output."""
        self._clock = clock
        self._frame_at: float | None = None
        self._news = asyncio.Event()
        self._ended = False

    @property
    def frame_s(self) -> float:
        """For how long a frame has been drawn by now, in seconds; 0 outside of one."""
        if self._frame_at is None:
            return 0.0
        return self._clock.monotonic() - self._frame_at

    def note(self, in_frame: bool) -> None:
        """Count some output.

        Args:
            in_frame: The program is in the middle of drawing (mode 2026).
        """
        self.revision += 1
        if not in_frame:
            self._frame_at = None
        elif self._frame_at is None:
            self._frame_at = self._clock.monotonic()
        self._news.set()
        self._news = asyncio.Event()

    def end(self) -> None:
        """Let nobody wait any more: no output will come."""
        self._ended = True
        self._news.set()

    async def settled(self, quiet_s: float, limit_s: float) -> None:
        """Return when no output has come for `quiet_s`, or after `limit_s` seconds.

        A frame that is being drawn counts as output.
        """
        start = self._clock.monotonic()
        while not self._ended:
            left_s = limit_s - (self._clock.monotonic() - start)
            if left_s <= 0 or not await self._within(min(quiet_s, left_s)):
                if left_s > quiet_s and self._frame_at is not None:
                    continue
                return

    async def reacted(self) -> None:
        """Return when the program has shown what was typed, or does not show it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_REACTION_S):
                await self.changed(self.revision)
        await self.settled(_ECHO_QUIET_S, _ECHO_LIMIT_S)

    async def changed(self, since: int) -> int:
        """Wait until `revision` is above `since` or output ends; return it."""
        while self.revision <= since and not self._ended:
            await self._news.wait()
        return self.revision

    async def _within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return False
        return True
