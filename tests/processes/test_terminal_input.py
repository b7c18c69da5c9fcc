"""Input that may not be held up: Control-C, and others' terminals."""

import asyncio
import os
from pathlib import Path

import pytest

from coderbot.clock import SystemClock
from coderbot.worker.terminal.errors import TerminalBusyError
from coderbot.worker.terminal.session import TerminalSession
from tests.processes.terminals import python, shows, terminal, until

_DEAF = """
import signal, time
def note(*_):
    print("interrupted", flush=True)
signal.signal(signal.SIGINT, note)
print("deaf")
while True:
    time.sleep(99)
"""
_DEAF_TO_KEYS = """
import os, time, tty
tty.setraw(0)
print("deaf", end="\\r\\n")
open({gate!r}).read()
data = b""
while b"\\x03" not in data:
    data += os.read(0, 65536)
print("pasted", len(data) // 1000, "k, then", data[-12:], end="\\r\\n")
time.sleep(99)
"""
_SILENT = """
import os, tty
tty.setraw(0)
print("ready", end="\\r\\n")
data = b""
while b"second\\r" not in data:
    data += os.read(0, 99)
print(data)
os.read(0, 1)
"""


async def fill(session: TerminalSession) -> None:
    """Type until nothing more is taken."""
    with pytest.raises(TerminalBusyError):  # noqa: PT012 - it is full some time
        # Short lines: the system throws away what is too long for one.
        for _ in range(100_000):
            await session.write((b"x" * 999 + b"\r") * 60)


async def test_control_c_reaches_a_program_that_reads_nothing() -> None:
    async with terminal(*python(_DEAF)) as session:
        await shows(session, "deaf")
        await fill(session)
        await session.press("ctrl+c")
        await until(session, lambda: "interrupted" in session.screen().text())
        # What waited is gone, so there is room again.
        await session.write(b"x" * 65_536)


async def test_control_c_jumps_a_paste_and_ends_it(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    async with terminal(*python(_DEAF_TO_KEYS.format(gate=str(gate)))) as session:
        await shows(session, "deaf")
        await fill(session)
        await session.press("ctrl+c")
        gate.write_text("open")
        await shows(session, r"then b'x\x1b[201~\x03'", "\\x1b[201~\\x03'")


async def test_control_c_does_not_wait_for_a_text_that_is_being_typed() -> None:
    async with terminal(*python(_SILENT)) as session:
        await shows(session, "ready")
        # It shows nothing of what is typed, so each step waits its full time.
        async with asyncio.TaskGroup() as group:
            typing = group.create_task(session.type_text("first"))
            other = group.create_task(session.type_text("second"))
            await asyncio.sleep(0)
            await session.press("ctrl+c")
            assert not typing.done()
            assert not other.done()
        await shows(session, r"b'first\x03\rsecond\r'")


async def test_control_c_interrupts_whatever_keyboard_was_asked_for() -> None:
    program = "print('\\x1b[>1uready'); import time; time.sleep(99)"
    async with terminal(*python(program)) as session:
        await shows(session, "ready")
        await session.press("ctrl+c")
        assert await session.wait_closed() in ("SIGINT", "exit 130", "exit 1")
    assert "KeyboardInterrupt" in session.screen().text()


async def test_a_deaf_program_holds_up_nobody_else() -> None:
    async with (
        terminal(*python(_DEAF)) as deaf,
        terminal(*python("print('ready'); print('got', input())")) as other,
    ):
        await shows(deaf, "deaf")
        await shows(other, "ready")
        await fill(deaf)
        loop = asyncio.get_running_loop()
        start = loop.time()
        await other.type_text("hello")
        await shows(other, "got hello")
        assert loop.time() - start < 1


async def test_keeping_a_terminal_open_counts_as_input() -> None:
    async with terminal("cat") as session:
        before = session.last_input_at
        session.keep_open()
        assert before < session.last_input_at <= SystemClock().monotonic()
