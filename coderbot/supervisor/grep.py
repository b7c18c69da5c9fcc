"""`python -m coderbot.supervisor.grep`: looks for lines, in a process of its own.

So neither a million lines nor an expression that never comes to an end holds up the
supervisor. A job comes on standard input; what was found goes to standard output.
"""

import gc
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from coderbot.errors import CoderBotError
from coderbot.supervisor.logfile import bots_in, newest_pieces
from coderbot.supervisor.logquery import LogHits, LogQuery
from coderbot.supervisor.logsearch import search


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be looked for, and where."""

    query: LogQuery
    directory: str | None
    """Of the log files; None: there are none."""
    unstored: dict[str, bytes]
    """By bot: lines in the form of the files that no file holds yet."""
    within_s: float
    """How long it may take, in seconds; twice that ends the process."""


class Failure(msgspec.Struct, frozen=True, tag="failure"):
    """Why it could not be looked for."""

    message: str
    hint: str = ""


class Result(msgspec.Struct, frozen=True, tag="result"):
    """What was found."""

    hits: LogHits


def carry_out(job: Job) -> Result | Failure:
    """Look for lines."""
    deadline = time.monotonic() + job.within_s
    directory = None if job.directory is None else Path(job.directory)
    bots = job.query.bots or sorted({*bots_in(directory), *job.unstored})
    stories = {bot: _story(job, directory, bot) for bot in bots}
    try:
        hits = search(job.query, stories, lambda: time.monotonic() > deadline)
    except CoderBotError as error:
        return Failure(error.message, error.hint)
    return Result(hits)


def _story(job: Job, directory: Path | None, bot: str) -> Iterator[bytes]:
    if unstored := job.unstored.get(bot):
        yield unstored
    if directory is not None:
        yield from newest_pieces(directory, bot)


def main() -> None:
    """Do the job that comes on standard input."""
    # A million short-lived rows have no cycles to look for.
    gc.disable()
    job = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Job)
    # An expression that never comes to an end hears nothing else.
    signal.setitimer(signal.ITIMER_REAL, 2 * job.within_s)
    sys.stdout.buffer.write(msgspec.msgpack.encode(carry_out(job)))


if __name__ == "__main__":
    main()
