"""The pings for systemd's watchdog come from the loop that does the work."""

import asyncio
import socket
import time
from pathlib import Path

from coderbot.clock import SystemClock
from coderbot.supervisor.readiness import telling_managers
from tests.fakes.children import READY_AND_WAIT
from tests.processes.supervised import fleet_of


async def test_a_loop_that_hangs_does_not_ping(tmp_path: Path) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(path)
        systemd.setblocking(False)
        loop = asyncio.get_running_loop()
        environment = {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "100000"}

        async def pinged() -> None:
            async with asyncio.timeout(5):
                while b"WATCHDOG=1" not in await loop.sock_recv(systemd, 4096):
                    pass

        def waiting() -> int:
            count = 0
            while True:
                try:
                    systemd.recv(4096)
                except BlockingIOError:
                    return count
                count += 1

        async with (
            fleet_of(READY_AND_WAIT) as fleet,
            telling_managers(fleet.supervisor, environment, SystemClock()),
        ):
            await fleet.running()
            await pinged()
            waiting()
            time.sleep(0.5)  # noqa: ASYNC251 - it is to hang
            assert waiting() == 0, "five pings were due, and the loop stood still"
            await pinged()
            await pinged()
