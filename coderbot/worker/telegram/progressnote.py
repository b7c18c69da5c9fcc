"""A message that says how far something long has come."""

import asyncio
from collections.abc import Callable

from coderbot.botprocess.telegram.outbox import Outbox
from coderbot.botprocess.waits import wait_event
from coderbot.clock import Clock

_PATIENCE_S = 2.0
"""What is done sooner needs no message."""
_STEP_S = 3.0
"""Time between two states: edits count against the budget of the chat."""


class ProgressNote:
    """Appears when something takes long, is kept up to date, and goes at the end.

    Args:
        outbox: Says it.
        clock: For the pauses.
        chat: Where.
        text: Returns what to say now.
        thread: Topic of the chat.
    """

    def __init__(
        self,
        outbox: Outbox,
        clock: Clock,
        chat: int,
        text: Callable[[], str],
        thread: int | None = None,
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        self._chat = chat
        self._text = text
        self._thread = thread
        self._done = asyncio.Event()

    def done(self) -> None:
        """Let the message go."""
        self._done.set()

    async def run(self) -> None:
        """Show the progress until `done` is called."""
        if await wait_event(self._done, self._clock, _PATIENCE_S):
            return
        said = self._text()
        message = await self._outbox.text(self._chat, said, thread=self._thread)
        while message is not None and not self._done.is_set():
            await wait_event(self._done, self._clock, _STEP_S)
            if not self._done.is_set() and said != self._text():
                said = self._text()
                message = await self._outbox.edit_text(self._chat, message, said)
        if message is not None:
            await self._outbox.delete(self._chat, message)
