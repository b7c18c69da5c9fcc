"""Nothing that a terminal has started outlives it."""

import asyncio
import gc
import os
import re
import signal
from pathlib import Path

import psutil

from tests.processes.terminals import (
    gone,
    python,
    runs,
    shell,
    shown,
    shows,
    terminal,
    until,
)

_STUBBORN = "trap '' HUP TERM INT; echo pid-$$; while :; do sleep 1; done"


async def test_what_runs_in_front_and_behind_is_ended() -> None:
    async with shell() as session:
        await session.type_text("sleep 1001 & echo back-$!; exec sleep 1002")
        text = await shows(session, "\nback-")
        background = int(re.findall(r"\nback-(\d+)", text)[0])
        await session.close()

        assert await session.wait_closed() == "SIGHUP"
    assert not psutil.pid_exists(session.pid)
    await gone(background)


async def test_a_stopped_program_is_ended() -> None:
    async with shell() as session:
        await session.type_text("sleep 1003")
        await runs(session, "sleep")
        await session.press("ctrl+z")
        await shows(session, "Stopped")
    assert not psutil.pid_exists(session.pid)


async def test_a_stubborn_grandchild_in_its_own_session_is_killed() -> None:
    async with shell() as session:
        await session.type_text(f'setsid sh -c "{_STUBBORN}"'.replace("$$", r"\$\$"))
        await until(session, lambda: bool(re.search(r"pid-\d", shown(session))))
        grandchild = int(re.findall(r"pid-(\d+)", shown(session))[0])
        assert os.getsid(grandchild) != session.pid

    await gone(grandchild)


async def test_a_daemon_that_has_left_its_parents_is_killed() -> None:
    daemon = """
import os, signal, time
if os.fork():
    os.wait()
    time.sleep(999)
os.setsid()
if os.fork():
    os._exit(0)
for number in (signal.SIGHUP, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
print("daemon", os.getpid(), "of", os.getppid())
null = os.open("/dev/null", os.O_RDWR)
for fd in range(3):
    os.dup2(null, fd)
time.sleep(999)
"""
    async with terminal(*python(daemon)) as session:
        text = await shows(session, " of ")
        pid = int(re.findall(r"daemon (\d+)", text)[0])

    await gone(pid)


async def test_what_a_program_leaves_running_is_killed_when_it_is_closed() -> None:
    async with terminal(
        "sh", "-c", f'setsid sh -c "{_STUBBORN}" & sleep 0.3'
    ) as session:
        await session.wait_closed()
        left = int(re.findall(r"pid-(\d+)", shown(session))[0])
        assert psutil.pid_exists(left)

    await gone(left)


async def test_closing_twice_and_at_the_same_time_is_fine() -> None:
    async with shell() as session:
        await asyncio.gather(session.close(), session.close())
        await session.close()

        assert not session.is_open


async def test_an_interrupted_close_still_kills() -> None:
    async with shell() as session:
        await session.type_text(_STUBBORN)
        await shows(session, "\npid-")
        closing = asyncio.timeout(0.2)
        try:
            async with closing:
                await session.close()
        except TimeoutError:
            pass
        assert closing.expired()

    await gone(session.pid)
    assert await session.wait_closed() == "SIGKILL"


async def test_twenty_terminals_leave_no_descriptor_and_no_zombie() -> None:
    async def once() -> None:
        async with shell() as session:
            await session.type_text("echo $((1 + 1))")
            await shows(session, "\n2")

    await once()
    gc.collect()
    before = _descriptors()
    for _ in range(20):
        await once()
    gc.collect()

    assert _descriptors() == before
    children = psutil.Process().children()
    assert [c for c in children if c.status() == psutil.STATUS_ZOMBIE] == []


async def test_terminals_at_the_same_time_do_not_end_each_other() -> None:
    async with shell() as one, shell() as other:
        await one.close()
        await other.type_text("echo still-$((1 + 1))")

        await shows(other, "still-2")


async def test_the_end_of_a_program_that_closed_its_terminal_is_seen() -> None:
    program = (
        "import os, time; [os.close(n) for n in range(3)]; time.sleep(0.2); os._exit(7)"
    )
    async with terminal(*python(program)) as session:
        assert await session.wait_closed() == "exit 7"


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_signals_are_not_ignored_in_this_process() -> None:
    # Otherwise the tests above would prove nothing.
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_DFL
