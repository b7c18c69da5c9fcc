"""The table of processes, and signals that never hit the wrong one."""

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

Key = tuple[int, float]
"""Number and start of a process: numbers are used again, both together are not."""


@dataclass(frozen=True, slots=True)
class Process:
    """One row of the table."""

    pid: int
    parent: int
    session: int
    """Number of its OS session."""
    started: float
    """When it was started, in a unit of the system's own."""
    zombie: bool = False
    """It has ended, and waits for its parent to take note."""
    cpu_s: float = field(default=0.0, compare=False)
    """CPU time it has used."""
    rss_bytes: int = field(default=0, compare=False)
    """Memory it holds."""

    @property
    def key(self) -> Key:
        """What no other process has."""
        return self.pid, self.started


_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

Table = dict[int, Process]


def read_table() -> Table:
    """Return all processes by number; takes some milliseconds."""
    rows = _proc_rows() if sys.platform == "linux" else _psutil_rows()
    return {row.pid: row for row in rows}


def signal_exactly(process: Process, number: int) -> bool:
    """Send a signal to this very process; returns whether it was sent.

    Args:
        process: As the table has shown it; another one that has got its number
            since is left alone.
        number: Of the signal.

    Raises:
        PermissionError: When the process belongs to another user.
    """
    try:
        if not hasattr(os, "pidfd_open"):
            return _signal_unpinned(process, number)
        descriptor = os.pidfd_open(process.pid)
    except OSError:
        return False
    try:
        # From here on the number cannot go to another process unseen.
        row = read_row(process.pid)
        if row is None or row.key != process.key:
            return False
        signal.pidfd_send_signal(descriptor, number)
    except ProcessLookupError:
        return False
    finally:
        os.close(descriptor)
    return True


def read_row(pid: int) -> Process | None:
    """Return the row of one process; None when it does not exist."""
    if sys.platform != "linux":
        return {row.pid: row for row in _psutil_rows()}.get(pid)
    try:
        # Not through Path: this is read of each process at each look.
        with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:  # noqa: PTH123
            text = file.read()
    except OSError:
        return None
    # The name stands in brackets and may hold anything, brackets included.
    fields = text[text.rindex(b")") + 2 :].split()
    return Process(
        pid=pid,
        parent=int(fields[1]),
        session=int(fields[3]),
        started=float(fields[19]),
        zombie=fields[0] in (b"Z", b"X"),
        cpu_s=(int(fields[11]) + int(fields[12])) / _TICKS_PER_S,
        rss_bytes=int(fields[21]) * _PAGE_BYTES,
    )


def catches(pid: int, number: int) -> bool:
    """Tell whether a process handles a signal, whose default would be its end."""
    try:
        text = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    except OSError:
        return False
    for line in text.splitlines():
        if line.startswith("SigCgt:"):
            return bool(int(line.split()[1], 16) >> (number - 1) & 1)
    return False


def environment_value(pid: int, name: str) -> str | None:
    """Return a variable that a process was started with; None if it cannot be seen."""
    try:
        block = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return None
    start = name.encode() + b"="
    for entry in block.split(b"\0"):
        if entry.startswith(start):
            return entry.removeprefix(start).decode(errors="replace")
    return None


def _proc_rows() -> Iterator[Process]:
    for name in os.listdir("/proc"):  # noqa: PTH208 - three times as fast
        if name.isdecimal() and (row := read_row(int(name))) is not None:
            yield row


def _psutil_rows() -> Iterator[Process]:
    import psutil  # where there is no /proc

    wanted = ["ppid", "create_time", "status", "cpu_times", "memory_info"]
    for each in psutil.process_iter(wanted):
        info = each.info
        try:
            session = os.getsid(each.pid)
        except OSError:
            session = 0
        zombie = info["status"] == psutil.STATUS_ZOMBIE
        started = info["create_time"] or 0.0
        cpu, memory = info["cpu_times"], info["memory_info"]
        yield Process(
            each.pid,
            info["ppid"] or 0,
            session,
            started,
            zombie,
            cpu.user + cpu.system if cpu else 0.0,
            memory.rss if memory else 0,
        )


def _signal_unpinned(process: Process, number: int) -> bool:
    row = read_row(process.pid)
    if row is None or row.key != process.key:
        return False
    os.kill(process.pid, number)
    return True
