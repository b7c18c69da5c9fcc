"""Ends what is left of the workers when the supervisor itself was killed.

Nothing that a process does helps against its own `kill -9`, so another one waits for
that: a shell of less than a megabyte, blocked on a pipe that ends with the supervisor.
Then it becomes `python -m coderbot.supervisor.undertaker LEDGER`, which ends who is
left by number and start time, whatever they ignore and wherever they hide.
"""

import asyncio
import logging
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from coderbot.clock import Clock, SystemClock
from coderbot.supervisor.ledger import Entry, Ledger
from coderbot.supervisor.leftovers import end_leftovers, find_leftovers
from coderbot.supervisor.ownpython import bare_environment, module_command
from coderbot.supervisor.proctable import Key, read_table

_WAIT = "trap '' INT TERM HUP QUIT; read -r _ && exit 0; exec \"$@\""
"""A line says that all is well; the end of the pipe without one, that it is not."""
_POLL_S = 0.2

_log = logging.getLogger(__name__)


@asynccontextmanager
async def undertaker(ledger: Path | None) -> AsyncIterator[None]:
    """Let another process clear up if this one is killed within the block.

    Args:
        ledger: Where the families of the workers are written down; None: nowhere,
            and then there is nobody to clear up either.
    """
    process = None
    if ledger is not None:
        # It must see the end of the pipe, not the signals meant for this process.
        try:
            process = _start(ledger)
        except OSError as error:
            _log.warning("Nobody clears up after a kill -9 of this: %s", error)
    try:
        yield
    finally:
        if process is not None:
            await asyncio.to_thread(_dismiss, process)


def _start(ledger: Path) -> "subprocess.Popen[bytes]":  # noqa: TID251 - no worker
    command = module_command(__name__, str(ledger.absolute()))
    return subprocess.Popen(  # noqa: TID251 - no worker
        ("/bin/sh", "-c", _WAIT, "undertaker", *command),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=bare_environment(),
        cwd="/",
        start_new_session=True,
    )


def _dismiss(process: "subprocess.Popen[bytes]") -> None:  # noqa: TID251 - no worker
    with suppress(OSError):  # Somebody has ended it.
        process.communicate(b"\n")
    process.wait()


async def bury(entries: Sequence[Entry], clock: Clock) -> None:
    """End all that is left of some workers, each when its time is up.

    Args:
        entries: Of the ledger of a supervisor that is dead.
        clock: For the pauses.
    """
    by_grace = sorted(entries, key=attrgetter("grace_s"))
    async with asyncio.TaskGroup() as group:
        for grace_s, some in groupby(by_grace, attrgetter("grace_s")):
            group.create_task(_bury(list(some), grace_s, clock))


async def _bury(entries: Sequence[Entry], grace_s: float, clock: Clock) -> None:
    deadline = clock.monotonic() + grace_s
    workers = {each.worker for each in entries}
    seen: set[Key] = set()
    while True:
        # Whoever a worker leaves when it ends belongs to nobody then.
        left = {row.key for row in find_leftovers(entries, read_table())}
        seen |= left
        if clock.monotonic() >= deadline or not left & workers:
            break
        await clock.sleep(_POLL_S)
    family = Entry(entries[0].worker, tuple(seen))
    await end_leftovers([*entries, family], clock)


if __name__ == "__main__":
    asyncio.run(bury(Ledger(Path(sys.argv[1])).read(), SystemClock()))
