"""Terminals by user and name, and who is told when one ends."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil
import pytest

from coderbot.clock import SystemClock
from coderbot.worker.terminal.errors import (
    TerminalClosedError,
    TerminalExistsError,
    TerminalLimitError,
    TerminalStartError,
)
from coderbot.worker.terminal.ident import TerminalId
from coderbot.worker.terminal.registry import TerminalLimits, TerminalRegistry
from coderbot.worker.terminal.session import TerminalSession
from coderbot.worker.terminal.spec import TerminalSpec
from tests.processes.terminals import BASH, DEADLINE_S, python, shows

SHELL = TerminalSpec(BASH)
DEFAULTS = TerminalLimits()


def main(user_id: int) -> TerminalId:
    return TerminalId(user_id, "main")


class Ends:
    """Notes which terminals have ended, and lets a test wait for it."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, str, bool]] = []
        self._news = asyncio.Event()

    async def __call__(self, session: TerminalSession, how: str, asked: bool) -> None:
        self.seen.append((session.key.user_id, how, asked))
        self._news.set()

    async def count(self, number: int) -> list[tuple[int, str, bool]]:
        async with asyncio.timeout(DEADLINE_S):
            while len(self.seen) < number:
                await self._news.wait()
                self._news.clear()
        return self.seen


@asynccontextmanager
async def registry(
    ends: Ends | None = None, limits: TerminalLimits = DEFAULTS
) -> AsyncIterator[TerminalRegistry]:
    async with TerminalRegistry(SystemClock(), limits, ends) as opened:
        yield opened


async def test_a_user_has_one_terminal_of_a_name() -> None:
    async with registry() as terminals:
        session = await terminals.open(main(1), SHELL)
        with pytest.raises(TerminalExistsError):
            await terminals.open(main(1), SHELL)
        other = await terminals.open(main(2), SHELL)

        assert (terminals.get(main(1)), terminals.get(main(2))) == (session, other)
        assert terminals.get(main(3)) is None
        assert len(terminals) == 2


async def test_opening_twice_at_once_opens_one() -> None:
    async with registry() as terminals:
        results = await asyncio.gather(
            terminals.open(main(1), SHELL),
            terminals.open(main(1), SHELL),
            return_exceptions=True,
        )

        assert sum(isinstance(r, TerminalExistsError) for r in results) == 1
        assert len(terminals) == 1


async def test_a_name_is_taken_as_soon_as_it_is_being_opened() -> None:
    async with registry() as terminals, asyncio.TaskGroup() as group:
        opening = group.create_task(terminals.open(main(1), SHELL))
        await asyncio.sleep(0)
        assert not opening.done()
        assert terminals.names(1) == {"main"}
        assert terminals.names(2) == frozenset()
        await opening
        assert terminals.names(1) == {"main"}
        await terminals.close(main(1))
        assert terminals.names(1) == frozenset()


async def test_a_program_that_ends_by_itself_is_told() -> None:
    ends = Ends()
    async with registry(ends) as terminals:
        session = await terminals.open(main(1), SHELL)
        await session.type_text("exit 5")

        assert await ends.count(1) == [(1, "exit 5", False)]
        assert terminals.get(main(1)) is None
        assert len(terminals) == 0


async def test_closing_is_told_as_asked() -> None:
    ends = Ends()
    async with registry(ends) as terminals:
        session = await terminals.open(main(1), SHELL)
        await shows(session, "$ ", "# ")

        assert await terminals.close(main(1))
        assert not await terminals.close(main(1))
        assert await ends.count(1) == [(1, "SIGHUP", True)]


async def test_a_late_end_does_not_drop_a_newer_terminal() -> None:
    ends = Ends()
    stubborn = python(
        "import signal, time; signal.signal(signal.SIGHUP, signal.SIG_IGN); "
        "print('deaf'); time.sleep(99)"
    )
    async with registry(ends) as terminals:
        old = await terminals.open(main(1), TerminalSpec(stubborn))
        await shows(old, "deaf")
        async with asyncio.TaskGroup() as group:
            closing = group.create_task(terminals.close(main(1)))
            while old.is_open:  # noqa: ASYNC110 - until the task has begun
                await asyncio.sleep(0)
            new = await terminals.open(main(1), SHELL)
            assert not closing.done()

        assert await ends.count(1) == [(1, "SIGKILL", True)]
        assert terminals.get(main(1)) is new
        assert new.is_open


async def test_idle_is_counted_from_input_not_from_output() -> None:
    ends = Ends()
    limits = TerminalLimits(idle_timeout_s=0.8)
    noisy = TerminalSpec(("sh", "-c", "while :; do echo x; sleep 0.05; done"))
    async with registry(ends, limits) as terminals:
        await terminals.open(main(1), noisy)
        used = await terminals.open(main(2), SHELL)
        while not ends.seen:
            await used.press("space")
            await asyncio.sleep(0.05)

        assert ends.seen == [(1, "idle", False)]
        assert terminals.get(main(2)) is used


async def test_a_user_is_told_once_before_an_idle_terminal_is_closed() -> None:
    ends, told = Ends(), []
    limits = TerminalLimits(idle_timeout_s=0.6)

    async def note(session: TerminalSession, left_s: float) -> None:
        told.append((session.key.user_id, left_s))

    async with TerminalRegistry(SystemClock(), limits, ends, note) as terminals:
        await terminals.open(main(1), SHELL)
        kept = await terminals.open(main(2), SHELL)
        while not ends.seen:
            kept.keep_open()
            await asyncio.sleep(0.05)

    assert ends.seen == [(1, "idle", False)]
    assert [user for user, _ in told] == [1]
    assert 0 < told[0][1] <= 0.3


async def test_the_notice_comes_five_minutes_before() -> None:
    assert TerminalLimits(idle_timeout_s=1_800).quiet_s == 1_500
    assert TerminalLimits(idle_timeout_s=60).quiet_s == 30


async def test_there_is_a_limit_for_each_user() -> None:
    async with registry(limits=TerminalLimits(max_per_user=2)) as terminals:
        for name in ("main", "second"):
            await terminals.open(TerminalId(1, name), SHELL)
        with pytest.raises(TerminalLimitError, match="2 terminals"):
            await terminals.open(TerminalId(1, "third"), SHELL)
        await terminals.open(main(2), SHELL)
        await terminals.close(main(1))

        assert (await terminals.open(TerminalId(1, "third"), SHELL)).is_open


async def test_there_is_a_limit_for_all_users_together() -> None:
    async with registry(limits=TerminalLimits(max_terminals=1)) as terminals:
        await terminals.open(main(1), SHELL)
        with pytest.raises(TerminalLimitError):
            await terminals.open(main(2), SHELL)
        await terminals.close(main(1))

        assert (await terminals.open(main(2), SHELL)).is_open


async def test_a_program_that_cannot_be_started_leaves_nothing() -> None:
    async with registry() as terminals:
        with pytest.raises(TerminalStartError):
            await terminals.open(main(1), TerminalSpec(("/does/not/exist",)))

        assert len(terminals) == 0
        assert (await terminals.open(main(1), SHELL)).is_open


async def test_leaving_the_block_closes_all() -> None:
    async with registry() as terminals:
        sessions = [await terminals.open(main(key), SHELL) for key in range(3)]

    assert not any(psutil.pid_exists(session.pid) for session in sessions)
    with pytest.raises(TerminalClosedError):
        await terminals.open(main(1), SHELL)


async def test_leaving_the_block_by_an_error_closes_all() -> None:
    with pytest.raises(ExceptionGroup) as raised:  # noqa: PT012 - the block itself
        async with registry() as terminals:
            session = await terminals.open(main(1), SHELL)
            raise LookupError

    assert raised.value.subgroup(LookupError)
    assert not psutil.pid_exists(session.pid)


async def test_cancelling_the_block_closes_all() -> None:
    opened = asyncio.Event()
    pids = []

    async def work() -> None:
        async with registry() as terminals:
            pids.append((await terminals.open(main(1), SHELL)).pid)
            opened.set()
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(work())
        await opened.wait()
        task.cancel()

    assert not psutil.pid_exists(pids[0])


async def test_a_message_that_fails_ends_no_other_terminal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    failed = asyncio.Event()

    async def fail(_session: TerminalSession, _how: str, _asked: bool) -> None:
        failed.set()
        raise ConnectionError("no network")

    async with TerminalRegistry(SystemClock(), on_closed=fail) as terminals:
        other = await terminals.open(main(2), SHELL)
        await terminals.open(main(1), TerminalSpec(("true",)))
        await failed.wait()
        await shows(other, "$ ", "# ")

        assert other.is_open
    assert "closed terminal" in caplog.text


def test_the_registry_is_cheap_to_import() -> None:
    script = """
import sys
import coderbot.worker.terminal.registry
heavy = {"pyghostty", "cffi", "PIL", "ptyprocess", "telegram", "psutil"}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert done.stdout.strip() == "[]"
