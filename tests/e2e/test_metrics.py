"""The metrics of the whole program."""

import asyncio
import socket
from pathlib import Path

import psutil
from prometheus_client.parser import text_string_to_metric_families

from coderbot.errors import ExitCode
from tests.e2e.conftest import World
from tests.e2e.fleet import running_fleet


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def get(port: int, path: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    async with asyncio.timeout(10):
        answer = (await reader.read()).decode()
    writer.close()
    return answer


async def test_a_scrape_of_a_running_fleet(world: World) -> None:
    port = free_port()
    world.env(bots=2, METRICS_PORT=str(port))
    async with running_fleet(world.directory) as fleet:
        await fleet.line(rf"\[Parent\] Serving metrics: http://127.0.0.1:{port}")
        assert (await get(port, "/healthz")).startswith("HTTP/1.1 200")
        await fleet.line(r"\[Parent\] All 2 workers ready")
        assert (await get(port, "/readyz")).startswith("HTTP/1.1 200")
        text = (await get(port, "/metrics")).partition("\r\n\r\n")[2]
        samples = [s for f in text_string_to_metric_families(text) for s in f.samples]
        running = [
            s.labels["bot"]
            for s in samples
            if s.name == "coderbot_bot_state"
            and s.labels["state"] == "running"
            and s.value == 1
        ]
        assert running == ["bot-0", "bot-1"]
        for token in world.tokens:
            assert token not in text
        assert _listeners(fleet.process.pid) == [f"127.0.0.1:{port}"]
        # What the next test takes for a sign that the metrics are not imported.
        assert "psutil" in Path(f"/proc/{fleet.process.pid}/maps").read_text()
        assert await fleet.interrupt() == ExitCode.OK
    assert "Traceback" not in fleet.output


async def test_without_a_port_nothing_listens_nor_is_imported(world: World) -> None:
    world.env(bots=1)
    async with running_fleet(world.directory) as fleet:
        await fleet.line(r"\[Parent\] 1 worker ready")
        assert _listeners(fleet.process.pid) == []
        maps = Path(f"/proc/{fleet.process.pid}/maps").read_text()
        assert "psutil" not in maps
        await fleet.interrupt()


def _listeners(pid: int) -> list[str]:
    connections = psutil.Process(pid).net_connections("inet")
    return [
        f"{each.laddr.ip}:{each.laddr.port}"
        for each in connections
        if each.status == psutil.CONN_LISTEN
    ]
