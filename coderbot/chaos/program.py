"""The whole program as a child process that trials are done on."""

import asyncio
import os
import re
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil
from prometheus_client.parser import text_string_to_metric_families

from coderbot.config.settings import OWN_VARIABLES
from coderbot.control.call import Conversation
from coderbot.paths import StateDir
from coderbot.supervisor.pm2env import without_pm2

_POLL_S = 0.05
_MAX_LINE_BYTES = 1 << 20


class Program:
    """A running `coderbot --headless`.

    Args:
        process: It.
        port: Of its metrics.
        directory: Where its `.env` lies.
    """

    def __init__(
        self, process: asyncio.subprocess.Process, port: int, directory: Path
    ) -> None:
        self._directory = directory
        self.process = process
        self._port = port
        self._lines: list[str] = []
        self._news = asyncio.Condition()
        self._ended = False

    async def read(self) -> None:
        """Collect what it prints until its end."""
        assert self.process.stdout is not None
        async for raw in self.process.stdout:
            async with self._news:
                self._lines.append(raw.decode(errors="replace").rstrip("\n"))
                self._news.notify_all()
        async with self._news:
            self._ended = True
            self._news.notify_all()

    def mark(self) -> int:
        """Return a place in its output: lines from here on are new."""
        return len(self._lines)

    async def line(self, pattern: str, after: int, timeout_s: float) -> str:
        """Wait for a line after a place.

        Raises:
            TimeoutError: When it does not come.
        """
        expression = re.compile(pattern)

        def found() -> list[str]:
            return [line for line in self._lines[after:] if expression.search(line)]

        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s), self._news:
                await self._news.wait_for(lambda: found() or self._ended)
        if not found():
            raise TimeoutError(f"no line like {pattern!r} within {timeout_s:g} s")
        return found()[0]

    async def value(self, name: str, **labels: str) -> float:
        """Return a metric; 0 when it has no such value."""
        for family in text_string_to_metric_families(await self._scrape()):
            for sample in family.samples:
                if sample.name == name and labels.items() <= sample.labels.items():
                    return float(sample.value)
        return 0.0

    async def until(
        self, check: Callable[[float], bool], timeout_s: float, name: str, **labels: str
    ) -> None:
        """Wait until a metric is as wanted.

        Raises:
            TimeoutError: When it does not become so.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while not check(await self.value(name, **labels)):  # noqa: ASYNC110 - of another process
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            what = " ".join([name, *labels.values()])
            raise TimeoutError(f"{what} is not so within {timeout_s:g} s") from None

    def workers(self) -> dict[str, int]:
        """Return the numbers of the workers' processes by bot."""
        return workers_of(self._directory / ".coderbot")

    def tree(self) -> list[psutil.Process]:
        """Return it and all that it has started."""
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    async def _scrape(self) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return (await reader.read()).decode().partition("\r\n\r\n")[2]
        finally:
            writer.close()


def workers_of(state_dir: Path) -> dict[str, int]:
    """Return the numbers of the workers' processes by bot, as their supervisor says.

    Their environment is closed, also to the user they run as.
    """
    with Conversation(StateDir(state_dir).control) as talk:
        status = talk.status()
    here = status.cluster.here if status.cluster is not None else ""
    return {
        bot.bot: bot.pid
        for bot in status.bots
        if bot.pid is not None and bot.host == here
    }


def survivors(processes: Sequence[psutil.Process]) -> int:
    """Return how many processes still run; a zombie does not."""
    return sum(_runs(each) for each in processes)


def _runs(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


@asynccontextmanager
async def running_program(
    directory: Path, settings: Mapping[str, str]
) -> AsyncIterator[Program]:
    """Run the program in an empty directory; nothing of it outlives the block."""
    port = _free_port()
    directory.mkdir(mode=0o700)
    text = "".join(f"{name}='{value}'\n" for name, value in settings.items())
    (directory / ".env").touch(0o600)
    (directory / ".env").write_text(text + f"METRICS_PORT={port}\n")
    unwanted = OWN_VARIABLES | {"NOTIFY_SOCKET", "WATCHDOG_USEC"}
    environment = without_pm2(os.environ)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "coderbot", "--headless"),
        cwd=directory,
        env={k: v for k, v in environment.items() if k not in unwanted},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=_MAX_LINE_BYTES,
        start_new_session=True,
    )
    program = Program(process, port, directory)
    async with asyncio.TaskGroup() as group:
        group.create_task(program.read(), name="output")
        try:
            yield program
        finally:
            if process.returncode is None:
                # Ended so, it takes its workers with it; they are no orphans of ours.
                for each in reversed(program.tree()):
                    with suppress(psutil.Error):
                        each.kill()
                await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
