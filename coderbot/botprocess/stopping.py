"""One wish to end, and the code to end with: the first one counts."""

import asyncio

from coderbot.errors import ExitCode


class StopRequest:
    """Holds whether, why and with which code this worker is to end."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self.code = ExitCode.OK
        self.reason = ""

    def ask(self, code: ExitCode, reason: str) -> None:
        """Ask the worker to end; later wishes change nothing."""
        if self._asked.is_set():
            return
        self.code, self.reason = code, reason
        self._asked.set()

    @property
    def is_asked(self) -> bool:
        """Whether the worker is to end."""
        return self._asked.is_set()

    async def wait(self) -> None:
        """Return when somebody has asked."""
        await self._asked.wait()
