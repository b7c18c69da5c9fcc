"""Tells in chat of files that somebody can never have."""

from collections.abc import Sequence

from coderbot.botprocess.tasks import Tasks
from coderbot.botprocess.telegram.outbox import Outbox
from coderbot.clock import Clock
from coderbot.worker.media.job import Job
from coderbot.worker.media.names import shown
from coderbot.worker.telegram import filetexts

_GATHER_S = 0.2
"""What fails within so long is told in one message."""


class FailureNotices:
    """Gathers failures, so that a folder of files is one message.

    Args:
        outbox: Says it.
        tasks: Owner of what waits.
        clock: For the wait.
        allowed: Users of the bot; the first that can be reached is its owner.
        directory: Where files that failed lie.
    """

    def __init__(
        self,
        outbox: Outbox,
        tasks: Tasks,
        clock: Clock,
        allowed: Sequence[int],
        directory: str,
    ) -> None:
        self._outbox = outbox
        self._tasks = tasks
        self._clock = clock
        self._allowed = allowed
        self._directory = directory
        self._gathered: dict[int, list[tuple[str, str]]] = {}

    def add(self, job: Job) -> None:
        """Tell of a file soon; returns at once."""
        reason = "; ".join(job.reason().splitlines())
        for chat in listeners(job, self._allowed):
            if chat not in self._gathered:
                self._gathered[chat] = []
                self._tasks.spawn(self._tell(chat), f"failures for {chat}")
            self._gathered[chat].append((shown(job.file.name), reason))

    async def _tell(self, chat: int) -> None:
        await self._clock.sleep(_GATHER_S)
        files = self._gathered.pop(chat)
        await self._outbox.text(chat, filetexts.failed(files, self._directory))


def listeners(job: Job, allowed: Sequence[int]) -> tuple[int, ...]:
    """Return who is told of a file that failed.

    Those whom it was for; when none of them can be reached, whoever comes first
    among the users of the bot.
    """
    reached = tuple(chat for chat in job.recipients if chat not in job.refused)
    others = tuple(chat for chat in allowed if chat not in job.refused)
    return reached or others[:1]
