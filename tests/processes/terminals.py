"""Real programs in real terminals, and waiting for what they show."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from coderbot.clock import SystemClock
from coderbot.worker.terminal.session import TerminalSession
from coderbot.worker.terminal.spec import TerminalSpec

BASH = ("/bin/bash", "--norc", "--noprofile")
DEADLINE_S = 15.0


@asynccontextmanager
async def terminal(
    *argv: str, columns: int = 80, rows: int = 24, cwd: Path | None = None
) -> AsyncIterator[TerminalSession]:
    """Yield a terminal with a program in it, bash if none is named."""
    spec = TerminalSpec(argv or BASH, columns, rows, cwd=cwd)
    session = await TerminalSession.open(spec, SystemClock())
    try:
        yield session
    finally:
        await session.close()


@asynccontextmanager
async def shell(**more: int) -> AsyncIterator[TerminalSession]:
    """Yield a terminal with a bash that is ready for input."""
    async with terminal(*BASH, **more) as session:  # type: ignore[arg-type]
        await shows(session, "$ ", "# ")
        yield session


async def until(session: TerminalSession, holds: Callable[[], bool]) -> None:
    """Wait until something holds that depends on the output of a session."""
    async with asyncio.timeout(DEADLINE_S):
        revision = session.revision
        while not holds():
            if not session.is_open:
                raise AssertionError(f"closed, showing:\n{session.screen().text()}")
            revision = await session.changed(revision)


async def shows(session: TerminalSession, *texts: str) -> str:
    """Wait until one of `texts` is shown; return all that is shown."""
    try:
        await until(session, lambda: any(text in shown(session) for text in texts))
    except TimeoutError:
        raise AssertionError(f"{texts} not in:\n{shown(session)}") from None
    return shown(session)


def shown(session: TerminalSession) -> str:
    """Return the text of the screen, with a blank at the end of the last row."""
    return session.screen().text() + " "


def python(source: str) -> tuple[str, ...]:
    """Return the command that runs a small Python program."""
    return (sys.executable, "-I", "-u", "-c", source)


async def runs(session: TerminalSession, name: str) -> None:
    """Wait until a child of the program in a terminal has been executed as `name`."""
    async with asyncio.timeout(DEADLINE_S):
        while name not in _children(session.pid):  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.01)


def _children(pid: int) -> list[str]:
    with contextlib.suppress(psutil.NoSuchProcess):
        return [child.name() for child in psutil.Process(pid).children()]
    return []


async def gone(pid: int) -> None:
    """Wait until no process (a zombie is none) has this number."""
    async with asyncio.timeout(DEADLINE_S):
        while _lives(pid):  # noqa: ASYNC110 - not our child, so no event tells
            await asyncio.sleep(0.01)


def _lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
