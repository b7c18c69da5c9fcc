"""The last lines: the end waits until PM2 has read them, within bounds."""

import asyncio
import os
import socket
from collections.abc import Iterator

import pytest

from coderbot.clock import SystemClock
from coderbot.supervisor import pm2
from coderbot.supervisor.pm2 import PM2
from tests.fakes.children import READY_AND_WAIT
from tests.processes.supervised import fleet_of


@pytest.fixture(params=["socket", "pipe"])
def stdout(request: pytest.FixtureRequest) -> Iterator[tuple[int, int]]:
    """Return both ends of a stdout: PM2 makes it a socket, a shell a pipe."""
    if request.param == "pipe":
        reading, writing = os.pipe()
    else:
        ours, theirs = socket.socketpair()
        reading, writing = ours.detach(), theirs.detach()
    yield reading, writing
    os.close(reading)
    os.close(writing)


async def test_the_end_waits_for_a_reader(stdout: tuple[int, int]) -> None:
    reading, writing = stdout
    clock = SystemClock()
    async with fleet_of(READY_AND_WAIT) as fleet:
        channel, other = socket.socketpair()
        manager = PM2(fleet.supervisor, channel, clock, writing)
        os.write(writing, b"the last line\n")
        async with asyncio.TaskGroup() as group:
            leaving = group.create_task(manager.close())
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.shield(leaving), 0.5)
            assert os.read(reading, 100) == b"the last line\n"
            await asyncio.wait_for(leaving, 1)
        other.close()


async def test_a_reader_that_does_not_read_is_not_waited_for(
    stdout: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, writing = stdout
    monkeypatch.setattr(pm2, "_LINGER_S", 0.2)
    clock = SystemClock()
    async with fleet_of(READY_AND_WAIT) as fleet:
        channel, other = socket.socketpair()
        os.write(writing, b"nobody reads this\n")
        began = clock.monotonic()
        await PM2(fleet.supervisor, channel, clock, writing).close()
        assert 0.2 <= clock.monotonic() - began < 2
        other.close()
