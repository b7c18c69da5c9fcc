"""The live messages of all admins, and how often they are edited."""

import asyncio
from collections.abc import Callable

from coderbot.clock import Clock
from coderbot.controlbot.board import Board

PAUSE_S = 2.5
"""Between two edits, in seconds."""


class Boards:
    """The live messages, one for each admin.

    Args:
        make: Returns a new one for an admin.
        clock: For the pauses.
    """

    def __init__(self, make: Callable[[int], Board], clock: Clock) -> None:
        self._make = make
        self._clock = clock
        self._boards: dict[int, Board] = {}
        self._changed = asyncio.Event()

    async def show(self, admin: int) -> None:
        """Send a new one to an admin in the place of the one before."""
        before = self._boards.pop(admin, None)
        board = self._boards[admin] = self._make(admin)
        if before is not None:
            await before.remove()
        await board.send()

    def touch(self) -> None:
        """Take note that something has changed."""
        self._changed.set()

    async def run(self) -> None:
        """Edit what has changed, and not too often, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            for admin, board in list(self._boards.items()):
                if not await board.refresh() and self._boards.get(admin) is board:
                    del self._boards[admin]
            await self._clock.sleep(PAUSE_S)
