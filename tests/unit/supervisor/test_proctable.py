"""The table of processes, on this very machine."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from coderbot.supervisor import proctable
from coderbot.supervisor.proctable import (
    Process,
    environment_value,
    read_row,
    read_table,
    signal_exactly,
)

Child = subprocess.Popen  # noqa: TID251 - a process that is nobody's worker


@pytest.fixture
def child() -> "Iterator[Child[bytes]]":
    code = "import time; print('up', flush=True); time.sleep(600)"
    with Child(
        # A name that looks like the fields behind it.
        [sys.executable, "-I", "-S", "-c", code, ") S 1 1 1"],
        stdout=subprocess.PIPE,
        start_new_session=True,
        env={"A": "1", "MARK": "7-x=y"},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        yield process
        process.kill()


def row_of(child: "Child[bytes]") -> Process:
    row = read_row(child.pid)
    assert row is not None
    return row


def test_a_row_tells_parent_session_and_life(child: "Child[bytes]") -> None:
    row = row_of(child)
    assert (row.parent, row.session, row.zombie) == (os.getpid(), child.pid, False)
    assert read_table()[child.pid] == row
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert row_of(child) == replace(row, zombie=True)


def test_where_there_is_no_proc(child: "Child[bytes]") -> None:
    row = {row.pid: row for row in proctable._psutil_rows()}[child.pid]
    assert (row.parent, row.session, row.zombie) == (os.getpid(), child.pid, False)
    assert row.started > 0


def test_a_process_that_does_not_exist_has_no_row() -> None:
    assert read_row((1 << 22) + 1) is None


def test_a_signal_hits_exactly_who_is_meant(child: "Child[bytes]") -> None:
    row = row_of(child)
    another = replace(row, started=row.started + 1)
    assert not signal_exactly(another, signal.SIGKILL)
    assert row_of(child).zombie is False
    assert signal_exactly(row, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    assert not signal_exactly(row, signal.SIGKILL)


def test_a_variable_of_another_process(child: "Child[bytes]") -> None:
    assert environment_value(child.pid, "MARK") == "7-x=y"
    assert environment_value(child.pid, "NONE") is None
    assert environment_value((1 << 22) + 1, "MARK") is None
