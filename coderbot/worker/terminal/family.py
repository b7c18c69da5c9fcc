"""Everything that a terminal has started, wherever it hides, and its end."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psutil

from coderbot.worker.terminal.environment import MARK


@dataclass(frozen=True, slots=True)
class Kin:
    """A process, so named that a later one with its number is not mistaken for it."""

    pid: int
    parent: int
    session: int
    """Number of its OS session."""
    process: psutil.Process
    """Knows its start time, and refuses to signal another process."""


def find_family(leader: int, mark: str) -> list[psutil.Process]:
    """Return the living processes of the terminal whose program is `leader`.

    These are its descendants, all of the OS sessions in which one of them is,
    and whatever carries the mark of the terminal: a daemon that has left its
    parent and its session behind still has its environment.

    Takes some milliseconds; call it in a thread.
    """
    everybody = list(_everybody())
    members = {kin.pid for kin in everybody if kin.pid == leader}
    members |= {kin.pid for kin in everybody if kin.session == leader}
    members |= {kin.pid for kin in everybody if _carries(kin.process, mark)}
    members |= _related(everybody, members)
    return [kin.process for kin in everybody if kin.pid in members]


def _everybody() -> Iterable[Kin]:
    """Yield every process but this one and those of this one's session."""
    own = os.getpid(), os.getsid(0)
    for process in psutil.process_iter(["ppid", "status"]):
        info: dict[str, Any] = process.info
        if process.pid == own[0] or info["status"] == psutil.STATUS_ZOMBIE:
            continue
        try:
            session = os.getsid(process.pid)
        except OSError:
            continue
        if session != own[1]:
            yield Kin(process.pid, info["ppid"] or 0, session, process)


def _carries(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get(MARK) == mark
    except (psutil.Error, OSError):
        return False


def _related(everybody: list[Kin], members: set[int]) -> set[int]:
    """Return who descends from `members`, or shares a session with one of those."""
    related = set(members)
    while True:
        sessions = {kin.session for kin in everybody if kin.pid in related}
        more = {
            kin.pid
            for kin in everybody
            if kin.parent in related or kin.session in sessions
        }
        if more <= related:
            return related
        related |= more


def send_signal(processes: Iterable[psutil.Process], *numbers: int) -> None:
    """Send signals to processes; one that is gone or not ours is passed over."""
    for process in processes:
        for number in numbers:
            try:
                process.send_signal(number)
            except (psutil.Error, OSError):
                break
