"""The fleet under the real PM2, with the ecosystem.config.cjs of this repository."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.e2e.conftest import World
from tests.e2e.fleet import clean_environment
from tests.fakes.processes import command_of

ROOT = Path(__file__).parents[2]
PACKAGE = "pm2@7"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


@pytest.fixture(scope="session")
def pm2_program() -> Path:
    """Return PM2, installed once for all runs of the tests."""
    prefix = CACHE / "coderbot-tests" / "pm2-7"
    program = prefix / "node_modules" / ".bin" / "pm2"
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    if not program.exists():
        prefix.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix"]
        try:
            done = subprocess.run(
                [*command, str(prefix), PACKAGE], capture_output=True, timeout=50
            )
        except subprocess.TimeoutExpired:
            pytest.skip("the registry of npm does not answer")
        if done.returncode != 0:
            pytest.skip(f"npm cannot install {PACKAGE}: {done.stderr[-300:]!r}")
    return program


class RealPm2:
    """PM2 with a home of its own.

    Args:
        program: Of its command line.
        home: PM2_HOME, empty.
    """

    def __init__(self, program: Path, home: Path) -> None:
        self._program = program
        self._home = home
        unwanted = ("PM2_HOME", "pm_id", "NODE_CHANNEL_FD")
        kept = {k: v for k, v in clean_environment().items() if k not in unwanted}
        python_path = os.pathsep.join(filter(None, (str(ROOT), kept.get("PYTHONPATH"))))
        self._environment = {
            **kept,
            "PM2_HOME": str(home),
            "PYTHONPATH": python_path,
            "PM2_DISABLE_VERSION_CHECK": "true",
        }

    def run(self, *arguments: str, cwd: Path, timeout: float = 50) -> str:
        """Run a command of PM2 and return what it prints."""
        # No pipes: the daemon would inherit them and hold them open.
        log = self._home / "command.out"
        with log.open("wb") as out:
            done = subprocess.run(
                [str(self._program), *arguments],
                cwd=cwd,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                timeout=timeout,
            )
        text = log.read_text(errors="replace")
        assert done.returncode == 0, text
        return text

    def app(self) -> dict[str, Any]:
        """Return what PM2 knows of the program."""
        text = self.run("jlist", cwd=self._home)
        (app,) = json.loads(text[text.index("[{") :])
        return dict(app)

    def daemon(self) -> psutil.Process | None:
        try:
            return psutil.Process(int((self._home / "pm2.pid").read_text()))
        except (OSError, ValueError, psutil.NoSuchProcess):
            return None

    def end(self) -> None:
        """Leave nothing of it, whatever has happened."""
        daemon = self.daemon()
        if daemon is None:
            return
        tree = [daemon, *daemon.children(recursive=True)]
        with suppress(AssertionError, subprocess.TimeoutExpired):
            self.run("kill", cwd=self._home, timeout=25)
        for each in tree:
            if each.is_running():
                each.kill()
        psutil.wait_procs(tree, 5)


@pytest.fixture
def pm2(pm2_program: Path, tmp_path: Path) -> Iterator[RealPm2]:
    home = tmp_path / "pm2-home"
    home.mkdir()
    real = RealPm2(pm2_program, home)
    try:
        yield real
    finally:
        real.end()


def prepare(directory: Path) -> Path:
    """Lay out a directory as an installation has it; return PM2's log."""
    program = directory / ".venv" / "bin" / "coderbot"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m coderbot "$@"\n')
    program.chmod(0o755)
    shutil.copy(ROOT / "ecosystem.config.cjs", directory)
    return directory / "logs" / "pm2.log"


def until(check: Callable[[], Any], what: str, timeout: float = 20) -> Any:
    """Wait for what another program does, and can only be looked at."""
    deadline = time.monotonic() + timeout
    while not (found := check()):
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.05)
    return found


def workers(parent: int) -> dict[str, int]:
    found = {}
    for child in psutil.Process(parent).children():
        if "coderbot.worker" in command_of(child):
            found[f"bot-{child.environ()['BOT_INDEX']}"] = child.pid
    return found


def tree_of(parent: int) -> list[psutil.Process]:
    process = psutil.Process(parent)
    return [process, *process.children(recursive=True)]


def _life_under_pm2(pm2: RealPm2, directory: Path) -> None:
    log = prepare(directory)
    pm2.run("start", "ecosystem.config.cjs", "--no-color", cwd=directory)
    app = pm2.app()
    assert app["pm2_env"]["status"] == "online"
    parent = app["pid"]
    # Online came with "ready", not before it: all workers stand.
    assert "All 2 workers ready" in log.read_text()
    before = workers(parent)
    assert sorted(before) == ["bot-0", "bot-1"]
    leaked = {"pm_id", "name", "unique_id", "kill_timeout", "username", "coderbot"}
    environ = psutil.Process(before["bot-0"]).environ()
    assert not leaked & set(environ)
    prefixes = ("pm_", "PM2_", "NODE_CHANNEL_", "NODE_APP_", "axm_")
    assert not [name for name in environ if name.startswith(prefixes)]

    until(
        lambda: (
            pm2.app()["pm2_env"]["axm_monitor"].get("Workers up", {}).get("value") == 2
        ),
        "metrics in PM2",
    )
    said = pm2.run("trigger", "coderbot", "restart", "bot-1", cwd=directory)
    after = workers(parent)
    assert f'"bot-1":{after["bot-1"]}' in said
    assert after["bot-1"] != before["bot-1"]
    assert after["bot-0"] == before["bot-0"]
    until(lambda: log.read_text().count("bot-1 is ready") == 2, "bot-1 is ready again")

    first = tree_of(parent)
    pm2.run("restart", "coderbot", cwd=directory)
    assert not [each for each in first if each.is_running()]
    second = pm2.app()
    assert second["pm2_env"]["status"] == "online"
    assert second["pid"] != parent
    assert log.read_text().count("All 2 workers ready") == 2

    tree = tree_of(second["pid"])
    assert len(tree) >= 3
    pm2.run("stop", "coderbot", cwd=directory)
    assert pm2.app()["pm2_env"]["status"] == "stopped"
    assert not [each for each in tree if each.is_running()]
    # The last line of each of both runs.
    assert log.read_text().count("[Parent] All workers stopped after") == 2
    assert "Traceback" not in log.read_text()
    assert "crashed" not in log.read_text()


@pytest.mark.timeout(150)
async def test_start_trigger_restart_and_stop(pm2: RealPm2, world: World) -> None:
    world.env(bots=2)
    await asyncio.to_thread(_life_under_pm2, pm2, world.directory)


def _launching_until_ready(pm2: RealPm2, directory: Path) -> None:
    prepare(directory)
    command = subprocess.Popen(  # noqa: TID251 - looked at while it waits
        [str(pm2._program), "start", "ecosystem.config.cjs"],
        cwd=directory,
        env=pm2._environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        log = directory / "logs" / "pm2.log"
        until(lambda: log.exists() and "is ready after" in log.read_text(), "one ready")
        assert pm2.app()["pm2_env"]["status"] == "launching"
        assert "All 2 workers ready" not in log.read_text()
        assert command.wait(30) == 0
        assert "All 2 workers ready" in log.read_text()
        assert pm2.app()["pm2_env"]["status"] == "online"
    finally:
        command.kill()
        command.wait()


def _daemon_dies(pm2: RealPm2, directory: Path) -> None:
    tree = tree_of(pm2.app()["pid"])
    daemon = pm2.daemon()
    assert daemon is not None
    daemon.send_signal(signal.SIGKILL)
    _, alive = psutil.wait_procs(tree, 15)
    assert not alive


@pytest.mark.timeout(120)
async def test_launching_until_ready_and_gone_with_the_daemon(
    pm2: RealPm2, world: World
) -> None:
    world.env(bots=2, WORKER_START_DELAY_SECONDS="5")
    await asyncio.to_thread(_launching_until_ready, pm2, world.directory)
    await asyncio.to_thread(_daemon_dies, pm2, world.directory)


def _bad_configuration(pm2: RealPm2, directory: Path) -> None:
    log = prepare(directory)
    pm2.run("start", "ecosystem.config.cjs", cwd=directory)
    until(lambda: "Cannot start" in log.read_text(), "the reason in PM2's log")
    time.sleep(1.5)  # twice the delay of a restart that must not come
    assert log.read_text().count("Cannot start") == 1
    assert not psutil.pid_exists(pm2.app()["pid"] or 1 << 30)


async def test_bad_configuration_is_not_retried(pm2: RealPm2, world: World) -> None:
    world.env(bots=1, ALLOWED_USER_IDS="")
    await asyncio.to_thread(_bad_configuration, pm2, world.directory)
