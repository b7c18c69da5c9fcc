"""The whole program as a child process, and what a test wants to know of it."""

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from coderbot.chaos.program import workers_of
from coderbot.config.settings import OWN_VARIABLES
from tests.fakes.measured import ask_to_end

USER = 1001
"""The allowed user of the tests."""


def clean_environment() -> dict[str, str]:
    """Return this process's environment without any variable of the program.

    Nor the size of a terminal that a test runner names: the dashboard would believe
    it more than the terminal that it is given.
    """
    unwanted = OWN_VARIABLES | {"COLUMNS", "LINES"}
    return {k: v for k, v in os.environ.items() if k not in unwanted}


def write_env(directory: Path, tokens: Sequence[str], api: str, **more: str) -> Path:
    """Write the `.env` of a fleet into `directory` and return its path."""
    values = {
        "TELEGRAM_BOT_TOKENS": ",".join(tokens),
        "ALLOWED_USER_IDS": str(USER),
        "TELEGRAM_API_ROOT": api.rstrip("/"),
        "MEDIA_TMP_LOCATION": str(directory / "media"),
        "WORKER_START_DELAY_SECONDS": "0.1",
        "MESSAGE_DELETE_TIMEOUT": "0",
    }
    path = directory / ".env"
    path.write_text("".join(f"{k}={v}\n" for k, v in (values | more).items()))
    path.chmod(0o600)
    return path


class Fleet:
    """A running `coderbot --headless` and all that it has printed.

    Args:
        process: The parent process, with stdout and stderr on one pipe.
        directory: Where its `.env` lies.
    """

    def __init__(self, process: asyncio.subprocess.Process, directory: Path) -> None:
        self.process = process
        self._directory = directory
        self.lines: list[str] = []
        self._news = asyncio.Condition()
        self.ended = False

    @property
    def output(self) -> str:
        """Everything printed so far."""
        return "\n".join(self.lines)

    async def read(self) -> None:
        """Collect lines until the end of the output."""
        assert self.process.stdout is not None
        while raw := await self.process.stdout.readline():
            async with self._news:
                self.lines.append(raw.decode(errors="replace").rstrip("\n"))
                self._news.notify_all()
        async with self._news:
            self.ended = True
            self._news.notify_all()

    async def line(self, pattern: str, count: int = 1, timeout: float = 30) -> str:
        """Return the `count`-th line that matches, waiting for it."""
        expression = re.compile(pattern)

        def found() -> list[str]:
            return [line for line in self.lines if expression.search(line)]

        try:
            async with asyncio.timeout(timeout), self._news:
                await self._news.wait_for(lambda: len(found()) >= count or self.ended)
        except TimeoutError:
            pass
        if len(found()) < count:
            raise AssertionError(f"no line {count} like {pattern!r} in:\n{self.output}")
        return found()[count - 1]

    def workers(self) -> dict[str, int]:
        """Return the pids of the running workers by bot."""
        return workers_of(self._directory / ".coderbot")

    def tree(self) -> list[psutil.Process]:
        """Return the parent and all its descendants."""
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    async def interrupt(self, timeout: float = 20) -> int:
        """Send Ctrl-C to the whole group, as a terminal does; return the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        async with asyncio.timeout(timeout):
            return await self.process.wait()


@asynccontextmanager
async def running_fleet(
    directory: Path,
    arguments: Sequence[str] = ("--headless",),
    environment: Mapping[str, str] | None = None,
    pass_fds: Sequence[int] = (),
    wrapper: Sequence[str] = (),
    program: Sequence[str] = ("-m", "coderbot"),
) -> AsyncIterator[Fleet]:
    """Run the program in `directory`; nothing of it outlives the block."""
    process = await asyncio.create_subprocess_exec(
        *(*wrapper, sys.executable, *program, *arguments),
        cwd=directory,
        env={**clean_environment(), **(environment or {})},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=1 << 20,
        start_new_session=True,
        pass_fds=tuple(pass_fds),
    )
    fleet = Fleet(process, directory)
    async with asyncio.TaskGroup() as group:
        group.create_task(fleet.read())
        try:
            yield fleet
        finally:
            await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill what a failed test has left; a test that passed has left nothing."""
    if process.returncode is None:
        await asyncio.to_thread(ask_to_end, process.pid)
        with contextlib.suppress(psutil.NoSuchProcess):
            for each in psutil.Process(process.pid).children(recursive=True):
                # One that has ended meanwhile must spare no other.
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.kill()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def shown_environment(pid: int) -> dict[str, str]:
    """Return what a process's environment shows; nothing when it is closed to us."""
    try:
        return psutil.Process(pid).environ()
    except psutil.AccessDenied:
        return {}


async def gone(processes: Sequence[psutil.Process], timeout: float = 10) -> None:
    """Wait until none of `processes` runs any more."""
    _, alive = await asyncio.to_thread(psutil.wait_procs, processes, timeout)
    assert not alive, f"still running: {[each.cmdline() for each in alive]}"
