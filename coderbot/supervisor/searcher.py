"""Looks for lines of the logs, beside the loop."""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from coderbot.errors import CoderBotError
from coderbot.supervisor.blocks import Block
from coderbot.supervisor.grep import Failure, Job, Result, carry_out
from coderbot.supervisor.logbook import Logbook
from coderbot.supervisor.logfiles import LogFiles
from coderbot.supervisor.logquery import LogHits, LogQuery
from coderbot.supervisor.ownpython import bare_environment, module_command

_WITHIN_S = 10.0
"""How long one search may take, in seconds; then what was found is returned."""
_AT_ONCE = 2
"""Searches that run at the same time; others wait."""


_results: msgspec.msgpack.Decoder[Result | Failure] = msgspec.msgpack.Decoder(
    Result | Failure
)


class SearchFailedError(CoderBotError):
    """Raised when a search came to no end."""


class Searcher:
    """Searches all lines that are kept, in memory and in files.

    Args:
        logbook: What is in memory.
        files: What is on disk; None: nothing.
        within_s: How long one search may take, in seconds.
    """

    def __init__(
        self, logbook: Logbook, files: LogFiles | None, within_s: float = _WITHIN_S
    ) -> None:
        self._logbook = logbook
        self._files = files
        self._within_s = within_s
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def search(self, query: LogQuery) -> LogHits:
        """Look for lines, in a process of its own if that may take long.

        That process ends when this is cancelled.

        Raises:
            SearchFailedError: When an expression is none, or never comes to an end.
        """
        job = await self._job(query)
        if query.is_short:
            return _hits(await asyncio.to_thread(carry_out, job))
        async with self._turn:
            answer = await _run(msgspec.msgpack.encode(job))
        if not answer:
            raise SearchFailedError(
                f"The search took longer than {2 * self._within_s:g} s",
                "Simplify the regular expression: nested repeats never end.",
            )
        return _hits(_results.decode(answer))

    async def _job(self, query: LogQuery) -> Job:
        files = self._files
        blocks = {
            bot: self._logbook.blocks_of(bot, files.stored_seq(bot) if files else 0)
            for bot in query.bots or self._logbook.bots
        }
        return Job(
            query=query,
            directory=None if files is None else str(files.directory),
            unstored=await asyncio.to_thread(_as_stored, blocks),
            within_s=self._within_s,
        )


def _hits(result: Result | Failure) -> LogHits:
    if isinstance(result, Failure):
        raise SearchFailedError(result.message, result.hint)
    return result.hits


def _as_stored(blocks: Mapping[str, Sequence[Block]]) -> dict[str, bytes]:
    """Return lines that no file holds yet in the form of the files."""
    return {
        bot: "".join(block.stored() for block in some).encode(errors="replace")
        for bot, some in blocks.items()
    }


async def _run(job: bytes) -> bytes:
    """Return what the process answers; nothing when it was ended."""
    process = await asyncio.create_subprocess_exec(
        *module_command("coderbot.supervisor.grep"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=bare_environment(),
    )
    try:
        answer, _ = await process.communicate(job)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return answer if process.returncode == 0 else b""
