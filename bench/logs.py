"""What becomes of a worker's lines, and what that costs: `python -m bench.logs`.

The program headless, its stdout in a file, its log files beside it, and one worker
that only writes ([logchild.py](logchild.py)). CPU is that of the supervisor alone,
user and system, its threads included.
"""

import os
import re
import shlex
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench import logchild
from tests.e2e.fleet import clean_environment, write_env
from tests.fakes.sandbox import make_token

_FLOODS = 5
_RUNS = 10
_MIB = 1 << 20
_DEADLINE_S = 60.0
_ANY = re.compile(rb"L\d{9} ")
_WHOLE = re.compile(rb" (L\d{9} x{87}E)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Kept:
    """What one output holds of the worker's lines."""

    whole: int
    """Lines that are there, each once and uncut."""
    others: int
    """Lines that are there twice, or in pieces."""

    @classmethod
    def of(cls, path: Path) -> "Kept":
        """Read a file."""
        data = path.read_bytes()
        whole = [match[1] for match in _WHOLE.finditer(data)]
        unique = len(set(whole))
        return cls(unique, len(_ANY.findall(data)) - unique)


class Run:
    """The program with one worker, in a directory of its own.

    Args:
        directory: Where it runs.
        process: The supervisor.
    """

    def __init__(self, directory: Path, process: psutil.Process) -> None:
        self.directory = directory
        self.process = process
        self.stdout = directory / "stdout"
        self.file = directory / ".coderbot" / "logs" / "bot-0.log"
        self.go = directory / "go"

    def until(self, check: Callable[[], object]) -> None:
        """Wait until `check` holds."""
        deadline = time.monotonic() + _DEADLINE_S
        while not check():
            if time.monotonic() > deadline:
                raise TimeoutError(self.stdout.read_text()[-2_000:])
            time.sleep(0.005)

    def says(self, text: bytes) -> bool:
        """Tell whether something has been printed."""
        return text in self.stdout.read_bytes()

    def stop(self) -> None:
        """Stop it, and wait for its end."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(_DEADLINE_S)

    def kept(self) -> tuple[Kept, Kept]:
        """Return what stdout and the log file hold."""
        return Kept.of(self.stdout), Kept.of(self.file)


@contextmanager
def running(mode: str) -> Iterator[Run]:
    """Run the program with one worker in `mode`."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        child = Path(__file__).with_name("logchild.py")
        command = [sys.executable, "-I", "-S", str(child), mode, f"{directory}/go"]
        write_env(
            directory,
            [make_token(0).reveal()],
            "http://127.0.0.1:9",
            CODERBOT_WORKER_CMD=f"'{shlex.join(command)}'",
            LOG_FILE_MAX_MB="100",
            LOG_TOTAL_MAX_MB="1000",
        )
        with (directory / "stdout").open("wb") as output:
            process = psutil.Popen(
                [sys.executable, "-m", "coderbot", "--headless"],
                cwd=directory,
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        run = Run(directory, process)
        try:
            yield run
        finally:
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                run.stop()


def flood() -> tuple[float, float, float]:
    """Measure a flood; returns seconds, CPU s per million lines, and MiB gained."""
    with running("flood") as run:
        run.until(lambda: run.says(b"workers ready"))
        size = run.process.memory_info().rss
        spent = _cpu_s(run.process)
        began = time.monotonic()
        run.go.touch()
        lines = logchild.FLOOD_LINES
        last = logchild.line(lines - 1)
        run.until(lambda: last in _end(run.stdout) and last in _end(run.file))
        took = time.monotonic() - began
        cpu = (_cpu_s(run.process) - spent) * 1e6 / lines
        gained = (_peak_bytes(run.process) - size) / _MIB
        run.stop()
        _check(run, lines)
    return took, cpu, gained


def bursts(mode: str, lines: int) -> int:
    """Return how many runs of ten have kept every line, whole, in both outputs."""
    good = 0
    for _ in range(_RUNS):
        with running(mode) as run:
            if mode == "burst":
                run.until(lambda: run.says(b"bot-0 stopped"))
            else:
                run.until(lambda: run.says(b"workers ready"))
            if mode == "halves":
                run.until(lambda: run.says(b"L%09d " % (lines - 1)))
            run.stop()
            good += all(kept == Kept(lines, 0) for kept in run.kept())
    return good


def _check(run: Run, lines: int) -> None:
    for name, kept in zip(("stdout", "file"), run.kept(), strict=True):
        if kept != Kept(lines, 0):
            print(f"  {name}: {lines - kept.whole} lost, {kept.others} cut or twice")


def _end(path: Path) -> bytes:
    """Return the last lines of a file."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4_096))
        return file.read()


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _peak_bytes(process: psutil.Process) -> int:
    """Return the most that the process ever had in memory (Linux)."""
    found = re.search(
        r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text()
    )
    assert found is not None
    return int(found[1]) * 1024


def main() -> None:
    """Measure everything and print it."""
    figures = [flood() for _ in range(_FLOODS)]
    took, cpu, gained = map(statistics.median, zip(*figures, strict=True))
    print(f"300,000 lines of 100 bytes, a write each (median of {_FLOODS}):")
    print(f"  until all were in stdout and file: {took:.2f} s")
    spread = f"{min(f[1] for f in figures):.2f}-{max(f[1] for f in figures):.2f}"
    print(f"  CPU of the supervisor: {cpu:.2f} s per million lines ({spread})")
    print(f"  memory gained at most: {gained:.1f} MiB")
    for mode, lines, what in (
        ("burst", logchild.BURST_LINES, "20,000 lines on two streams, then exit"),
        ("words", logchild.LAST_WORDS, "2,000 last words in the handler of SIGTERM"),
        ("halves", logchild.HALVES, "20 lines in two writes each"),
    ):
        print(f"{what}: all whole in {bursts(mode, lines)} of {_RUNS} runs")


if __name__ == "__main__":
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
    main()
