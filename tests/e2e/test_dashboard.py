"""The dashboard in a real terminal: a PTY, keys, and a screen to read."""

import asyncio
import re
import sys
import time
from collections.abc import Callable, Sequence

import pexpect
import psutil

from coderbot.errors import ExitCode
from coderbot.worker.terminal.emulator import Emulator
from tests.e2e.conftest import World
from tests.e2e.fleet import clean_environment, gone
from tests.fakes.measured import measuring

COLUMNS, ROWS = 120, 40


class Dashboard:
    """`coderbot` on a PTY; its screen is kept by this project's own emulator."""

    def __init__(
        self,
        directory: str,
        arguments: Sequence[str] = ("-m", "coderbot"),
        term: str = "xterm-256color",
        **environment: str,
    ) -> None:
        self._child = pexpect.spawn(
            sys.executable,
            list(arguments),
            cwd=directory,
            env={**clean_environment(), "TERM": term, **environment},
            dimensions=(ROWS, COLUMNS),
        )
        self._emulator = Emulator(COLUMNS, ROWS, 0)
        self.sent = b""
        """All that the program has written to the terminal."""

    @property
    def pid(self) -> int:
        return int(self._child.pid)

    def text(self) -> str:
        """Return the screen as text."""
        return self._emulator.screen().text()

    def wait(self, likes: Callable[[str], bool], timeout: float = 30) -> str:
        """Return the screen's text once `likes` it."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                data = self._child.read_nonblocking(65_536, timeout=0.2)
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                break
            self.sent += data
            self._emulator.feed(data)
            if likes(self.text()):
                return self.text()
        raise AssertionError(f"the screen never showed it:\n{self.text()}")

    def press(self, keys: str) -> None:
        self._child.send(keys)

    def exit_code(self, timeout: float = 20) -> int:
        """Read to the end and return the exit code."""
        self._child.expect(pexpect.EOF, timeout=timeout)
        self._child.close()
        assert self._child.exitstatus is not None
        return int(self._child.exitstatus)

    def last_words(self) -> str:
        """Return what it printed at the end; to be asked after `exit_code`."""
        return str(self._child.before.decode(errors="replace"))

    def kill(self) -> None:
        if measuring() and self._child.isalive():
            psutil.Process(self.pid).terminate()
            self._child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=15)
        if self._child.isalive():
            for each in psutil.Process(self.pid).children(recursive=True):
                each.kill()
        self._child.close(force=True)


def worker_pids(screen: str) -> dict[str, int]:
    """Return the pids that the table of bots shows."""
    row = re.compile(r"^\s*(bot-\d)\s+@\S+\s+\S running\s+polling\s+(\d+)\s", re.M)
    return {match[1]: int(match[2]) for match in row.finditer(screen)}


async def test_r_gives_a_new_pid_and_q_stops_everything(world: World) -> None:
    world.env(bots=2)
    dashboard = Dashboard(str(world.directory))
    try:
        await asyncio.to_thread(_story, dashboard)
    finally:
        dashboard.kill()


def _story(dashboard: Dashboard) -> None:
    first = dashboard.wait(lambda text: len(worker_pids(text)) == 2)
    before = worker_pids(first)
    assert "[Parent]" in first
    tree = [
        psutil.Process(dashboard.pid),
        *psutil.Process(dashboard.pid).children(recursive=True),
    ]
    assert set(before.values()) <= {process.pid for process in tree}

    def restarted(text: str) -> bool:
        pids = worker_pids(text)
        return len(pids) == 2 and pids["bot-0"] != before["bot-0"]

    dashboard.press("r")
    after = worker_pids(dashboard.wait(restarted))
    assert after["bot-1"] == before["bot-1"]
    tree += psutil.Process(dashboard.pid).children(recursive=True)
    dashboard.press("/READY")  # typed ahead: each letter means something elsewhere
    dashboard.wait(lambda text: re.search(r"match \d+: READY", text) is not None)
    dashboard.press("\x1b")
    dashboard.wait(lambda text: "match" not in text)
    dashboard.press("q")
    dashboard.wait(lambda text: "Stop all bots and quit?" in text)
    dashboard.press("y")
    assert dashboard.exit_code() == ExitCode.OK
    _, alive = psutil.wait_procs(tree[1:], 10)
    assert not alive


async def test_a_dashboard_that_is_left_goes_on_headless(world: World) -> None:
    world.env(bots=1)
    dashboard = Dashboard(str(world.directory))

    def story() -> None:
        pids = worker_pids(dashboard.wait(lambda text: len(worker_pids(text)) == 1))
        dashboard.press("D")
        dashboard.wait(lambda text: "[Parent]" in text and "q Quit" not in text)
        assert psutil.Process(pids["bot-0"]).is_running()
        workers = psutil.Process(dashboard.pid).children(recursive=True)
        psutil.Process(dashboard.pid).terminate()
        assert dashboard.exit_code() == ExitCode.OK
        assert not psutil.wait_procs(workers, 10)[1]

    try:
        await asyncio.to_thread(story)
    finally:
        dashboard.kill()


async def test_sixteen_colours_are_enough(world: World) -> None:
    world.env(bots=1)
    dashboard = Dashboard(str(world.directory), term="linux")
    try:
        await asyncio.to_thread(
            dashboard.wait, lambda text: len(worker_pids(text)) == 1
        )
        assert b"\x1b[" in dashboard.sent
        assert not re.search(rb"[34]8;[25];", dashboard.sent)
    finally:
        dashboard.kill()


async def test_a_signal_ends_the_dashboard_and_every_worker(world: World) -> None:
    world.env(bots=1)
    dashboard = Dashboard(str(world.directory))
    try:
        await asyncio.to_thread(
            dashboard.wait, lambda text: len(worker_pids(text)) == 1
        )
        workers = psutil.Process(dashboard.pid).children(recursive=True)
        psutil.Process(dashboard.pid).terminate()
        assert await asyncio.to_thread(dashboard.exit_code) == ExitCode.OK
        await gone(workers)
    finally:
        dashboard.kill()
