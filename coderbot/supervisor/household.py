"""Whose process is whose: orphans of workers, and children that are none."""

import asyncio
import ctypes
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from coderbot.clock import Clock
from coderbot.supervisor.kin import Kin
from coderbot.supervisor.ledger import Entry, Ledger
from coderbot.supervisor.leftovers import TERMINAL_MARK
from coderbot.supervisor.proctable import (
    Key,
    Process,
    Table,
    environment_value,
    read_row,
    read_table,
    signal_exactly,
)

SWEEP_S = 2.0
"""How long the processes that a worker has left may take to die, in seconds."""
CENSUS_S = 2.0
"""How often it is looked who has started what, in seconds."""

_POLL_S = 0.005
_SMALL = 500
"""A table of so many rows is read within some five milliseconds."""
_PR_SET_CHILD_SUBREAPER = 36

_log = logging.getLogger(__name__)


class Household:
    """Knows the families of all workers, and ends what a dead worker has left.

    This process is the reaper of its descendants: what a dead worker leaves
    becomes a child of this process. Such a child is told from one that this
    process has for another reason (a sandbox, a browser) by this: the latter was
    there before, or shares this process's session, or came while no worker died.

    Args:
        clock: For the pauses of a sweep.
        table: Who is there before any worker is started.
        ledger: Keeps the families for the run after this one.
    """

    def __init__(
        self, clock: Clock, table: Table, ledger: Ledger | None = None
    ) -> None:
        self._clock = clock
        self._ledger = ledger if ledger is not None else Ledger(None)
        self._workers: dict[Kin, Key] = {}
        self._graces: dict[Kin, float] = {}
        self._is_small = len(table) <= _SMALL
        self._own_pid = os.getpid()
        self._own_session = os.getsid(0)
        self._kins: list[Kin] = []
        self._before = {row.key for row in self._children(table)}
        self._foreign: set[Key] = set()
        self._unclear: set[Key] = set()

    def welcome(self, worker: int, grace_s: float = 0.0) -> Kin:
        """Return the family of a worker that was just started.

        Args:
            worker: Its number.
            grace_s: How long it takes to end by itself when this process is gone,
                in seconds; 0 when it does not notice.
        """
        kin = Kin(worker)
        self._kins.append(kin)
        self._graces[kin] = grace_s
        row = read_row(worker)
        if row is not None:
            self._workers[kin] = row.key
        self._write_down()
        return kin

    def farewell(self, kin: Kin) -> None:
        """Forget a family; its worker may be reaped now."""
        self._kins.remove(kin)
        self._workers.pop(kin, None)
        self._graces.pop(kin, None)
        self._write_down()

    def note(self, kin: Kin) -> None:
        """Look now who belongs to a family: soon its parents may be dead."""
        kin.note(read_table())

    async def run(self, look: Callable[[Table], None] = lambda _: None) -> None:
        """Look regularly who has started what, until cancelled.

        Args:
            look: Is shown each table, so that it is read but once.
        """
        while True:
            await self._clock.sleep(CENSUS_S)
            try:
                table = await asyncio.to_thread(read_table)
                self._is_small = len(table) <= _SMALL
                self.census(table)
                look(table)
            except OSError as error:
                # Out of file descriptors, say: the fleet runs on without a look.
                _log.warning("Cannot look at the processes: %s", error)

    def census(self, table: Table) -> None:
        """Note all families, and which children belong to none."""
        for kin in self._kins:
            kin.note(table)
        self._reap_ended(table)
        unclear = {row.key: row for row in self._orphans(table)}
        # Seen twice: who is an orphan of a worker that has just died is swept
        # before that.
        for key in unclear.keys() & self._unclear:
            self._settle(unclear[key])
        self._unclear = set(unclear)
        self._foreign &= {row.key for row in table.values()}
        self._write_down()

    def _reap_ended(self, table: Table) -> None:
        """Take note of orphans that have ended while their worker lives on."""
        workers = {kin.worker for kin in self._kins}
        for kin in self._kins:
            for row in kin.rows(table):
                orphan = row.parent == self._own_pid and row.pid not in workers
                if orphan and row.zombie:
                    _reap(row.pid)

    async def sweep(self, kin: Kin) -> list[Process]:
        """End all that a dead worker has left; returns who could not be ended.

        Args:
            kin: Family of a worker that is dead, but not reaped yet.
        """
        deadline = self._clock.monotonic() + SWEEP_S
        while True:
            left = self._left_by(kin, await self._table())
            left = [row for row in left if not _end(row, self._own_pid)]
            if not left or self._clock.monotonic() > deadline:
                return left
            await self._clock.sleep(_POLL_S)

    async def _table(self) -> Table:
        """Read the table as soon as possible, and not too long on the loop.

        A thread would wait twice for its turn on a busy processor, and the bot for
        its next process with it.
        """
        return read_table() if self._is_small else await asyncio.to_thread(read_table)

    def _write_down(self) -> None:
        self._ledger.write(
            tuple(
                Entry(key, kin.keys, self._graces[kin])
                for kin, key in self._workers.items()
            )
        )

    def _left_by(self, kin: Kin, table: Table) -> list[Process]:
        kin.note(table)
        kin.adopt(row for row in self._orphans(table) if self._may_own(kin, row))
        kin.note(table)
        # Never this process, nor who shares its terminal, whatever was concluded.
        return [
            row
            for row in kin.rows(table)
            if row.session != self._own_session and row.pid != self._own_pid
        ]

    def _may_own(self, kin: Kin, orphan: Process) -> bool:
        marked = self._owner(orphan)
        return marked is None or marked is kin

    def _settle(self, row: Process) -> None:
        """Decide on a child that was nobody's for two looks."""
        owner = self._owner(row)
        if owner is not None:
            owner.adopt([row])
        elif row.zombie:
            # An orphan that has ended by itself: nobody else will take note.
            _reap(row.pid)
        else:
            self._foreign.add(row.key)

    def _owner(self, row: Process) -> Kin | None:
        """Return the family whose terminal a process was started in, if it says so."""
        mark = environment_value(row.pid, TERMINAL_MARK) or ""
        for kin in self._kins:
            if mark.partition("-")[0] == str(kin.worker):
                return kin
        return None

    def _orphans(self, table: Table) -> list[Process]:
        """Return the children that belong to no family, and may be orphans of one."""
        workers = {kin.worker for kin in self._kins}
        return [
            row
            for row in self._children(table)
            if row.pid not in workers
            and row.session != self._own_session
            and row.key not in self._before
            # A foreign one that has ended is to be reaped by somebody.
            and (row.key not in self._foreign or row.zombie)
            and not any(kin.has(row) for kin in self._kins)
        ]

    def _children(self, table: Table) -> list[Process]:
        return [row for row in table.values() if row.parent == self._own_pid]


@contextmanager
def adopting_orphans() -> Iterator[None]:
    """Be the parent of orphaned descendants for the length of the block (Linux)."""
    _set_subreaper(1)
    try:
        yield
    finally:
        _set_subreaper(0)


def _set_subreaper(value: int) -> None:
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_CHILD_SUBREAPER, value, 0, 0, 0) != 0:
            _log.warning("Orphans of workers cannot be adopted: prctl failed")


def _end(row: Process, own_pid: int) -> bool:
    """Kill a process, or reap it; returns whether it is gone for good."""
    if row.zombie:
        # Of one that is no child of ours, a parent that dies too takes note.
        return row.parent == own_pid and _reap(row.pid)
    try:
        signal_exactly(row, signal.SIGKILL)
    except PermissionError:
        _log.warning("Process %d of another user cannot be killed", row.pid)
        return True
    return False


def _reap(pid: int) -> bool:
    with suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    return True
