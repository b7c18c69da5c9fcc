"""How the dashboard bears floods and long histories: `python -m bench.dashboard`.

The program on a PTY of 120x40, its screen kept by this project's own emulator, with ten
workers that only write ([talker.py](talker.py)). A reaction runs from writing the key to
the screen that shows what it does.
"""

import os
import random
import shlex
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pexpect
import psutil

from bench import talker
from coderbot.worker.terminal.emulator import Emulator
from tests.e2e.fleet import clean_environment, write_env
from tests.fakes.sandbox import make_token

BOTS = 10
FAST = 100_000
KEYS = 60
COLUMNS, ROWS = 120, 40
_MIB = 1 << 20


class Screen:
    """The dashboard on a PTY.

    Args:
        directory: With its `.env`.
    """

    def __init__(self, directory: Path) -> None:
        self.born = time.monotonic()
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "coderbot"],
            cwd=str(directory),
            env={**clean_environment(), "TERM": "xterm-256color"},
            dimensions=(ROWS, COLUMNS),
        )
        # It would wait 50 ms before each key otherwise.
        self.child.delaybeforesend = None
        self.process = psutil.Process(self.child.pid)
        self._emulator = Emulator(COLUMNS, ROWS, 0)
        self._place = 0
        """Row of the selected bot."""

    def until(self, likes: Callable[[str], bool], limit_s: float = 60) -> float:
        """Read until `likes` the screen; returns when that was."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            if likes(self._emulator.screen().text()):
                return time.monotonic()
            self.read(0.002)
        raise TimeoutError(self._emulator.screen().text())

    def read(self, timeout_s: float) -> None:
        """Read what there is."""
        try:
            data = self.child.read_nonblocking(1 << 20, timeout=timeout_s)
        except pexpect.TIMEOUT:
            return
        self._emulator.feed(data)

    def idle(self, seconds: float) -> None:
        """Read for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(0.05)

    def reaction(self, key: str, likes: Callable[[str], bool]) -> float:
        """Press a key; returns the seconds until `likes` the screen."""
        begun = time.monotonic()
        self.child.send(key)
        return self.until(likes) - begun

    def reactions(self, count: int) -> list[float]:
        """Go up and down the table; returns the seconds of each key."""
        chance, found = random.Random(1), []
        for _ in range(count):
            self.idle(chance.uniform(0.03, 0.2))
            place = self._place
            down = place == 0 or (place < BOTS - 1 and chance.random() < 0.5)
            self._place += 1 if down else -1
            name = f" talker_{self._place}_bot  ·  "
            took = self.reaction("j" if down else "k", partial(_has, name))
            found.append(took)
        return found

    def cpu_percent(self, seconds: float) -> float:
        """Return what the parent uses, in percent of one CPU."""
        before = sum(self.process.cpu_times()[:2])
        self.idle(seconds)
        return 100 * (sum(self.process.cpu_times()[:2]) - before) / seconds

    def rss_mib(self) -> float:
        """Return the memory of the parent."""
        return float(self.process.memory_info().rss / _MIB)


def _has(words: str, text: str) -> bool:
    return words in text


@contextmanager
def dashboard() -> Iterator[tuple[Screen, Path]]:
    """Run the program; yields it, and the directory by which workers are told."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        child = Path(talker.__file__)
        command = [sys.executable, "-I", "-S", str(child), str(FAST), name]
        write_env(
            directory,
            [make_token(number).reveal() for number in range(BOTS)],
            "http://127.0.0.1:9",
            CODERBOT_WORKER_CMD=f"'{shlex.join(command)}'",
            LOG_FILE_MAX_MB="200",
            LOG_TOTAL_MAX_MB="2000",
        )
        screen = Screen(directory)
        try:
            yield screen, directory
        finally:
            for each in screen.process.children(recursive=True):
                each.kill()
            screen.child.close(force=True)


def told(name: str, seconds: list[float]) -> None:
    """Print median and 95th percentile."""
    p95 = statistics.quantiles(seconds, n=20)[-1]
    middle = statistics.median(seconds)
    print(f"{name}: median {middle * 1e3:.0f} ms, p95 {p95 * 1e3:.0f} ms")


def main() -> None:
    """Measure all."""
    print(f"load {os.getloadavg()[0]:.1f}")
    with dashboard() as (screen, directory):
        first = screen.until(lambda text: "CoderBot" in text) - screen.born
        spent = sum(screen.process.cpu_times()[:2])
        print(f"first paint: {first * 1e3:.0f} ms, {spent * 1e3:.0f} ms of them CPU")
        screen.until(lambda text: f"{BOTS}/{BOTS} running" in text)
        # The message of it goes after 5 s, and everything is laid out anew then.
        screen.until(lambda text: f"{BOTS} bots ready" in text)
        screen.until(lambda text: f"{BOTS} bots ready" not in text)
        screen.idle(3)
        print(f"idle: {screen.cpu_percent(15):.1f} % CPU, {screen.rss_mib():.0f} MiB")
        told("key while quiet", screen.reactions(KEYS))
        (directory / "flood").touch()
        screen.idle(3)
        told("key in a flood", screen.reactions(KEYS))
        print(f"in a flood: {screen.cpu_percent(5):.0f} % CPU")
    with dashboard() as (screen, directory):
        screen.until(lambda text: f"{BOTS}/{BOTS} running" in text)
        (directory / "million").touch()
        begun = time.monotonic()
        screen.until(lambda text: f"L{talker.MILLION - 1:09d}" in text, 120)
        print(f"a million lines: {time.monotonic() - begun:.1f} s")
        screen.idle(3)
        print(f"with them: {screen.rss_mib():.0f} MiB")
        screen.child.send("/needle")
        begun = time.monotonic()
        took = screen.until(lambda text: " in all: needle" in text) - begun
        print(f"search of all: {took * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
