"""What a run before has left behind, and its end."""

import asyncio
import logging
import os
import signal
from collections.abc import Iterable, Sequence
from contextlib import suppress

from coderbot.clock import Clock
from coderbot.supervisor.ledger import Entry
from coderbot.supervisor.proctable import (
    Key,
    Process,
    Table,
    environment_value,
    read_table,
    signal_exactly,
)

TERMINAL_MARK = "CODERBOT_TERMINAL"
"""Variable in each terminal of a worker; its value begins with the worker's pid."""
GRACE_S = 2.0
"""From SIGTERM to SIGKILL: those of a dead supervisor are ending already."""
KILL_S = 3.0
"""How long those that were killed may take to be gone."""
_POLL_S = 0.02

_log = logging.getLogger(__name__)


def find_leftovers(entries: Sequence[Entry], table: Table) -> list[Process]:
    """Return who of the run before is still there, by number and start.

    These are the workers in its ledger, whoever was seen in their families, whoever
    descends from those or shares a session with them, and whoever carries the mark
    of a terminal of such a worker. Never this process, its parents or its session.
    """
    keys = {key for each in entries for key in (each.worker, *each.kin)}
    found = {row.pid for row in table.values() if row.key in keys}
    found |= {row.pid for row in table.values() if _is_marked(row, entries, table)}
    spared = _own_line(table)
    session = table[os.getpid()].session if os.getpid() in table else -1
    found = _with_relatives(found - spared, table)
    return [
        table[pid]
        for pid in found - spared
        if table[pid].session != session and not table[pid].zombie
    ]


async def end_leftovers(entries: Sequence[Entry], clock: Clock) -> None:
    """End what the run before has left; returns when it is gone.

    Args:
        entries: Of its ledger.
        clock: For the pauses.
    """
    if not entries:
        return
    left = await asyncio.to_thread(_look, entries)
    if not left:
        return
    names = ", ".join(str(row.pid) for row in left)
    _log.warning("Ending %d processes of the run before: %s", len(left), names)
    left = await _end(
        entries, clock, GRACE_S, (signal.SIGTERM, signal.SIGCONT), once=True
    )
    if left:
        left = await _end(entries, clock, KILL_S, (signal.SIGKILL,), once=False)
    for row in left:
        _log.error("Process %d of the run before does not die", row.pid)


async def _end(
    entries: Sequence[Entry],
    clock: Clock,
    within_s: float,
    signals: Sequence[int],
    *,
    once: bool,
) -> list[Process]:
    """Send signals until nobody is left or the time is up; returns who is left."""
    deadline = clock.monotonic() + within_s
    told: set[Key] = set()
    known = {key for each in entries for key in each.kin}
    while True:
        # Whoever loses its parent meanwhile stays known.
        more = Entry(entries[0].worker, tuple(known))
        left = await asyncio.to_thread(_look, [*entries, more])
        if not left or clock.monotonic() > deadline:
            return left
        known |= {row.key for row in left}
        _signal((row for row in left if not once or row.key not in told), signals)
        told |= {row.key for row in left}
        await clock.sleep(_POLL_S)


def _look(entries: Sequence[Entry]) -> list[Process]:
    return find_leftovers(entries, read_table())


def _signal(rows: Iterable[Process], signals: Sequence[int]) -> None:
    for row in rows:
        for number in signals:
            with suppress(PermissionError):
                signal_exactly(row, number)


def _is_marked(row: Process, entries: Sequence[Entry], table: Table) -> bool:
    """Tell whether a process was started in a terminal of one of the workers."""
    workers = {each.worker[0]: each.worker[1] for each in entries}
    if row.started < min(workers.values(), default=0):
        return False
    mark = (environment_value(row.pid, TERMINAL_MARK) or "").partition("-")[0]
    if not mark.isdecimal() or int(mark) not in workers:
        return False
    pid, started = int(mark), workers[int(mark)]
    # Another process may have the number of the worker by now, and terminals too.
    heir = table.get(pid)
    taken_over = heir is not None and heir.started != started
    return row.started >= started and not (
        heir is not None and taken_over and row.started >= heir.started
    )


def _own_line(table: Table) -> set[int]:
    """Return this process and its parents."""
    line, pid = set[int](), os.getpid()
    while pid in table and pid not in line:
        line.add(pid)
        pid = table[pid].parent
    return line | {0, 1}


def _with_relatives(members: set[int], table: Table) -> set[int]:
    """Return who descends from `members`, or shares a session with one of those."""
    while True:
        sessions = {table[pid].session for pid in members}
        more = {
            row.pid
            for row in table.values()
            if row.parent in members or row.session in sessions
        }
        if more <= members:
            return members
        members = members | more
