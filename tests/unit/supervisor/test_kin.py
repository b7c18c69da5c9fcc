"""Who belongs to a worker."""

from coderbot.supervisor.kin import Kin
from coderbot.supervisor.proctable import Process, Table

SUPERVISOR, WORKER, OTHER = 100, 200, 300


def table(*rows: Process) -> Table:
    return {row.pid: row for row in rows}


def process(
    pid: int, parent: int, session: int = WORKER, started: float = 1
) -> Process:
    return Process(pid, parent, session, started)


BASE = (
    process(SUPERVISOR, 1, SUPERVISOR),
    process(WORKER, SUPERVISOR),
    process(OTHER, SUPERVISOR, OTHER),
    process(301, OTHER, OTHER),
    process(99, SUPERVISOR, SUPERVISOR),
)


def family(kin: Kin, *rows: Process) -> list[int]:
    now = table(*BASE, *rows)
    kin.note(now)
    return sorted(row.pid for row in kin.rows(now))


def test_descendants_in_sessions_of_their_own_belong_to_it() -> None:
    shell, job = process(210, WORKER, 210), process(211, 210, 211)
    assert family(Kin(WORKER), shell, job) == [210, 211]


def test_nobody_else_does() -> None:
    assert family(Kin(WORKER)) == []


def test_who_was_seen_once_stays_when_its_parent_is_gone() -> None:
    kin = Kin(WORKER)
    family(kin, process(210, WORKER, 210), process(211, 210, 211))
    assert family(kin, process(211, SUPERVISOR, 211)) == [211]


def test_who_shares_a_session_with_a_member_is_one() -> None:
    orphan_of_the_worker = process(220, SUPERVISOR, WORKER)
    kin = Kin(WORKER)
    assert family(kin, orphan_of_the_worker) == [220]
    shell = process(210, WORKER, 210)
    late = process(230, SUPERVISOR, 210)
    assert family(kin, shell, late) == [210, 230]


def test_children_of_an_orphan_belong_to_it_too() -> None:
    kin = Kin(WORKER)
    orphan = process(240, SUPERVISOR, 240)
    kin.adopt([orphan])
    assert family(kin, orphan, process(241, 240, 241)) == [240, 241]


def test_a_look_during_the_start_makes_the_supervisor_no_kin() -> None:
    # The worker was forked, but was not in its own session yet.
    kin = Kin(WORKER)
    assert family(kin, process(WORKER, SUPERVISOR, SUPERVISOR)) == []
    assert family(kin) == []


def test_another_process_with_an_old_number_is_none() -> None:
    kin = Kin(WORKER)
    family(kin, process(210, WORKER, 210, started=1))
    assert family(kin, process(210, 1, 210, started=9)) == []
    assert not kin.has(process(210, 1, 210, started=9))
