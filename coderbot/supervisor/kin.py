"""All that one worker has started, as far as it was ever seen (pure)."""

from collections.abc import Iterable

from coderbot.supervisor.proctable import Key, Process, Table


class Kin:
    """The processes that descend from one worker, or once did.

    Whoever was seen in the family stays in it, though its parent may die and it
    may be given to another; so does whoever shares an OS session with a member,
    because a session cannot be entered from outside.

    Args:
        worker: Number of the worker. It must not be reaped while this is in use,
            or its number could go to somebody else.
    """

    def __init__(self, worker: int) -> None:
        self.worker = worker
        self._known: set[Key] = set()

    def note(self, table: Table) -> None:
        """Look who belongs to the family now; forget who is gone."""
        members = {row.pid for row in self.rows(table)}
        members.add(self.worker)
        sessions = {self.worker}
        while True:
            # The worker's own session is known; a look while it was being started
            # could have shown it in that of the supervisor.
            others = members - {self.worker}
            sessions |= {table[pid].session for pid in others if pid in table}
            more = {
                row.pid
                for row in table.values()
                if row.parent in members or row.session in sessions
            }
            if more <= members:
                break
            members |= more
        members.discard(self.worker)
        self._known = {table[pid].key for pid in members if pid in table}

    def adopt(self, processes: Iterable[Process]) -> None:
        """Take orphans in that this worker has left."""
        self._known.update(each.key for each in processes)

    def has(self, process: Process) -> bool:
        """Return whether a process is known to belong to the family."""
        return process.key in self._known

    @property
    def keys(self) -> tuple[Key, ...]:
        """Those known at the last look, without the worker, in order."""
        return tuple(sorted(self._known))

    def rows(self, table: Table) -> list[Process]:
        """Return those in `table` that were known at the last look."""
        rows = (table.get(pid) for pid, _ in self._known)
        return [row for row in rows if row is not None and row.key in self._known]
