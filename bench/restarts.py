"""How soon a killed worker is replaced: `python -m bench.restarts [COUNT]`.

The program headless, with COUNT (10) small workers and a delay of 0; each is killed by
`kill -9` in turn. The time runs to the first line of the replacement, which it writes
into a file itself.
"""

import os
import shlex
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.e2e.fleet import clean_environment, write_env
from tests.fakes.sandbox import make_token

_CHILD = """
import os, sys, time
stamp = str(time.monotonic_ns())
name = os.path.join(sys.argv[1], os.environ["BOT_INDEX"] + "-" + str(os.getpid()))
with open(name + ".new", "w") as file:
    file.write(stamp)
os.rename(name + ".new", name)
time.sleep(1000)
"""
_PAUSE_S = 0.3
_DEADLINE_S = 30.0


def main(count: int) -> None:
    """Kill each worker once, and print the times."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        notes = directory / "notes"
        notes.mkdir()
        child = directory / "child.py"
        child.write_text(_CHILD)
        command = [sys.executable, "-I", "-S", str(child), str(notes)]
        write_env(
            directory,
            [make_token(number).reveal() for number in range(count)],
            "http://127.0.0.1:9",
            CODERBOT_WORKER_CMD=shlex.join(command),
            WORKER_RESTART_DELAY_SECONDS="0",
            WORKER_START_CONCURRENCY=str(count),
        )
        with (directory / "stdout").open("wb") as output:
            process = psutil.Popen(
                [sys.executable, "-m", "coderbot", "--headless"],
                cwd=directory,
                env=clean_environment(),
                stdout=output,
                stderr=output,
            )
        try:
            times = [_kill(notes, index, count) for index in range(count)]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(_DEADLINE_S)
    shown = ", ".join(f"{each:.0f}" for each in times)
    sys.stdout.write(f"kill -9 to the replacement running, ms: {shown}\n")
    sys.stdout.write(
        f"median {statistics.median(times):.1f} ms, slowest {max(times):.0f} ms\n"
    )


def _kill(notes: Path, index: int, count: int) -> float:
    """Kill a worker; returns after how many milliseconds its replacement ran."""
    _until(lambda: len(list(notes.glob("*[0-9]"))) >= count + index)
    time.sleep(_PAUSE_S)
    (old,) = notes.glob(f"{index}-*[0-9]")
    before = time.monotonic_ns()
    os.kill(int(old.name.partition("-")[2]), signal.SIGKILL)
    _until(lambda: len(list(notes.glob(f"{index}-*[0-9]"))) == 2)
    (new,) = set(notes.glob(f"{index}-*[0-9]")) - {old}
    return (int(new.read_text()) - before) / 1e6


def _until(check: Callable[[], object]) -> None:
    deadline = time.monotonic() + _DEADLINE_S
    while not check():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.005)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
