"""What is remembered of the processes of a run, and who is ended for it."""

import os
from pathlib import Path

import pytest

from coderbot.supervisor import ledger as module
from coderbot.supervisor import leftovers
from coderbot.supervisor.ledger import Entry, Ledger
from coderbot.supervisor.leftovers import find_leftovers
from coderbot.supervisor.proctable import Process, Table

OWN = os.getpid()
# Above the highest number there can be, so that no real process is meant.
TOP = 1 << 22
WORKER, SHELL, HIDDEN, STRANGER, SUPERVISOR = range(TOP + 1, TOP + 6)
ENTRY = Entry((WORKER, 100.0), ((SHELL, 110.0),))


def table(*rows: Process) -> Table:
    own = Process(OWN, 1, os.getsid(0), 1)
    return {row.pid: row for row in (own, *rows)}


def found(*rows: Process) -> set[int]:
    return {row.pid for row in find_leftovers([ENTRY], table(*rows))}


@pytest.fixture
def marks(monkeypatch: pytest.MonkeyPatch) -> dict[int, str]:
    values: dict[int, str] = {}
    monkeypatch.setattr(
        leftovers, "environment_value", lambda pid, name: values.get(pid)
    )
    return values


def test_written_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "workers.json"
    Ledger(path).write((ENTRY,))
    assert Ledger(path).read() == (ENTRY,)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["workers.json"]


def test_the_same_is_not_written_twice(tmp_path: Path) -> None:
    path, book = tmp_path / "workers.json", Ledger(tmp_path / "workers.json")
    book.write((ENTRY,))
    path.unlink()
    book.write((ENTRY,))
    assert not path.exists()
    book.write(())
    assert Ledger(path).read() == ()


@pytest.mark.parametrize("content", [b"", b"{", b'{"boot":1}', b"\xff\x00"])
def test_a_broken_file_is_no_reason_not_to_start(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "workers.json"
    assert Ledger(path).read() == ()
    path.write_bytes(content)
    assert Ledger(path).read() == ()


def test_after_a_reboot_all_numbers_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "workers.json"
    Ledger(path).write((ENTRY,))
    monkeypatch.setattr(module, "_boot", lambda: "another")
    assert Ledger(path).read() == ()


def test_a_directory_that_cannot_be_written_is_survived(tmp_path: Path) -> None:
    Ledger(tmp_path / "missing" / "workers.json").write((ENTRY,))


def test_a_link_in_the_place_of_the_draft_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "workers.new").symlink_to(tmp_path / "target")
    Ledger(tmp_path / "workers.json").write((ENTRY,))
    assert not (tmp_path / "target").exists()


def test_the_worker_and_its_kin_and_theirs_are_found() -> None:
    hidden = Process(HIDDEN, 1, SHELL, 120)
    rows = Process(WORKER, 1, WORKER, 100), Process(SHELL, 1, SHELL, 110), hidden
    assert found(*rows) == {WORKER, SHELL, HIDDEN}
    assert found(Process(HIDDEN, WORKER, HIDDEN, 120), rows[0]) == {WORKER, HIDDEN}


def test_a_number_that_was_given_to_another_is_left_alone() -> None:
    assert found(Process(WORKER, 1, WORKER, 101), Process(SHELL, 1, SHELL, 111)) == (
        set()
    )


def test_who_carries_the_mark_is_found_though_nobody_saw_it(
    marks: dict[int, str],
) -> None:
    marks[HIDDEN] = f"{WORKER}-xyz"
    marks[STRANGER] = f"{STRANGER}-xyz"
    hidden, stranger = Process(HIDDEN, 1, HIDDEN, 150), Process(STRANGER, 1, 9, 150)
    assert found(hidden, stranger) == {HIDDEN}
    # It cannot be older than the worker.
    assert found(Process(HIDDEN, 1, HIDDEN, 99)) == set()


def test_the_mark_of_a_later_worker_with_the_number_is_not_ours(
    marks: dict[int, str],
) -> None:
    marks[HIDDEN] = marks[SHELL] = f"{WORKER}-xyz"
    heir = Process(WORKER, SUPERVISOR, WORKER, 200)
    assert found(heir, Process(HIDDEN, WORKER, HIDDEN, 210)) == set()
    assert found(heir, Process(SHELL, 1, SHELL, 190)) == {SHELL}


def test_never_this_process_nor_its_parents_nor_its_session(
    marks: dict[int, str],
) -> None:
    # A supervisor that was started in a terminal of the run before.
    shell = Process(SHELL, 1, SHELL, 110)
    own = Process(OWN, SHELL, HIDDEN, 300)
    neighbour = Process(STRANGER, 1, HIDDEN, 290)
    marks[OWN] = marks[STRANGER] = f"{WORKER}-xyz"
    rows = {row.pid: row for row in (shell, own, neighbour)}
    assert find_leftovers([ENTRY], rows) == []


def test_zombies_need_no_end() -> None:
    assert found(Process(WORKER, 1, WORKER, 100, zombie=True)) == set()
