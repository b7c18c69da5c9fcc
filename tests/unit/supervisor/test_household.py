"""Whose process is whose, decided on made-up tables around this process."""

import os

import pytest

from coderbot.supervisor import household as module
from coderbot.supervisor.household import Household
from coderbot.supervisor.kin import Kin
from coderbot.supervisor.proctable import Process, Table
from tests.fakes.clock import FakeClock

OWN, SESSION = os.getpid(), os.getsid(0)
# Above the highest number there can be, so that no real process is meant.
WORKER, OTHER, ORPHAN, SIBLING = (1 << 22) + 1, (1 << 22) + 2, (1 << 22) + 3, 1 << 23


def table(*rows: Process) -> Table:
    return {row.pid: row for row in (Process(OWN, 1, SESSION, 0), *rows)}


def child(pid: int, session: int | None = None, started: float = 5) -> Process:
    return Process(pid, OWN, pid if session is None else session, started)


def house(*before: Process) -> tuple[Household, Kin, Kin]:
    household = Household(FakeClock(), table(*before))
    return household, household.welcome(WORKER), household.welcome(OTHER)


def left(household: Household, kin: Kin, *rows: Process) -> list[int]:
    return [row.pid for row in household._left_by(kin, table(*rows))]


def test_what_a_dead_worker_leaves_is_adopted() -> None:
    household, kin, _ = house()
    assert left(household, kin, child(WORKER), child(ORPHAN)) == [ORPHAN]


def test_other_workers_and_their_kin_are_left_alone() -> None:
    household, kin, other = house()
    shell = Process(ORPHAN, OTHER, ORPHAN, 5)
    other.note(table(child(OTHER), shell))
    rows = (child(WORKER), child(OTHER), child(ORPHAN))
    assert left(household, kin, *rows) == []


def test_who_was_there_before_is_left_alone() -> None:
    sandbox = child(SIBLING)
    household, kin, _ = house(sandbox)
    assert left(household, kin, child(WORKER), sandbox) == []
    # Its number, used again, is another process.
    assert left(household, kin, child(WORKER), child(SIBLING, started=9)) == [SIBLING]


def test_who_shares_the_session_of_this_process_is_left_alone() -> None:
    household, kin, _ = house()
    assert left(household, kin, child(WORKER), child(SIBLING, SESSION)) == []


def test_who_came_while_no_worker_died_is_left_alone() -> None:
    household, kin, _ = house()
    browser = child(SIBLING)
    now = table(child(WORKER), browser)
    household.census(now)
    household.census(now)
    assert left(household, kin, child(WORKER), browser) == []


def test_one_look_is_not_enough_to_call_somebody_foreign() -> None:
    household, kin, _ = house()
    household.census(table(child(WORKER), child(ORPHAN)))
    assert left(household, kin, child(WORKER), child(ORPHAN)) == [ORPHAN]


@pytest.fixture
def marks(monkeypatch: pytest.MonkeyPatch) -> dict[int, str]:
    found: dict[int, str] = {}
    monkeypatch.setattr(module, "environment_value", lambda pid, name: found.get(pid))
    return found


def test_a_daemon_of_a_terminal_belongs_to_the_worker_it_names(
    marks: dict[int, str],
) -> None:
    household, kin, other = house()
    marks[ORPHAN] = f"{OTHER}-7"
    rows = (child(WORKER), child(OTHER), child(ORPHAN))
    assert left(household, kin, *rows) == []
    household.census(table(*rows))
    household.census(table(*rows))
    assert left(household, other, *rows) == [ORPHAN]


def test_a_worker_that_is_gone_has_no_say(marks: dict[int, str]) -> None:
    household, kin, other = house()
    household.farewell(other)
    assert left(household, kin, child(WORKER), child(ORPHAN)) == [ORPHAN]
