"""The HTTP server of the metrics, and who may misuse it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from prometheus_client.parser import text_string_to_metric_families

from coderbot import httpserver
from coderbot.clock import SystemClock
from coderbot.supervisor.events import FleetReady
from coderbot.supervisor.gauges import GAUGES
from coderbot.supervisor.metrics import serving_metrics
from tests.fakes.children import READY_AND_WAIT
from tests.processes.supervised import Fleet, fleet_of


@asynccontextmanager
async def measured(*codes: str) -> AsyncIterator[tuple[Fleet, int]]:
    async with (
        fleet_of(*codes) as fleet,
        serving_metrics(fleet.supervisor, 0, SystemClock()) as port,
    ):
        assert port
        yield fleet, port


async def send(port: int, data: bytes) -> bytes:
    """Send bytes as they are; return all that is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def get(port: int, path: str, method: str = "GET") -> tuple[int, str]:
    request = f"{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"
    head, _, body = (await send(port, request.encode())).partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    return int(head.split()[1]), body.decode()


def values(text: str, name: str) -> dict[tuple[str, ...], float]:
    """Return the values of a metric by its labels."""
    return {
        tuple(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    }


async def test_the_numbers_follow_the_fleet() -> None:
    code = "print('one'); print('two'); " + READY_AND_WAIT
    async with measured(code, READY_AND_WAIT) as (fleet, port):
        os.kill(await fleet.running(0), signal.SIGKILL)
        await fleet.running(0, run=2)
        await fleet.running(1)
        await fleet.supervisor.restart("bot-1")
        await fleet.running(1, run=2)
        status, text = await get(port, "/metrics")
        assert status == 200
        assert values(text, "coderbot_bot_state")["bot-0", "running"] == 1
        assert sum(values(text, "coderbot_bot_state").values()) == 2
        assert values(text, "coderbot_bot_restarts_total") == {
            ("bot-0",): 1,
            ("bot-1",): 1,
        }
        assert values(text, "coderbot_bot_exits_total") == {
            ("bot-0", "SIGKILL"): 1,
            ("bot-1", "asked"): 1,
        }
        counted = values(text, "coderbot_log_lines_total")
        assert counted["bot-0",] == len(fleet.lines("bot-0"))
        assert counted["parent",] == len(fleet.lines("parent"))
        assert values(text, "coderbot_supervisor_resident_memory_bytes")[()] > 1e6
        known = {each.name for each in GAUGES}
        families = text_string_to_metric_families(text)
        assert {s.name for family in families for s in family.samples} <= known


async def test_healthy_at_once_and_ready_with_the_fleet() -> None:
    code = "channel.recv(100); ready(); wait()"
    async with measured(code) as (fleet, port):
        assert await get(port, "/healthz") == (200, "ok\n")
        assert (await get(port, "/readyz"))[0] == 503
        run = fleet.supervisor._runners["bot-0"]._run
        assert run is not None
        assert run.child.send(b'{"type":"ping"}\n')
        await fleet.until(lambda: FleetReady(1) in fleet.events)
        assert (await get(port, "/readyz"))[0] == 200
        await fleet.supervisor.shut_down()
        assert (await get(port, "/readyz"))[0] == 503
        assert (await get(port, "/healthz"))[0] == 200


async def test_what_is_refused() -> None:
    async with measured(READY_AND_WAIT) as (_, port):
        assert (await get(port, "/"))[0] == 404
        assert (await get(port, "/metrics", "POST"))[0] == 405
        evil = b"GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n"
        answer = await send(port, evil)
        assert answer.startswith(b"HTTP/1.1 403 ")
        assert b"coderbot_" not in answer
        long = b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n"
        answer = await send(port, long)
        # Cut off in the middle of what it sends, it may not see the answer.
        assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")
        assert (await get(port, "/healthz"))[0] == 200


async def test_who_says_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpserver, "_REQUEST_S", 0.3)
    async with measured(READY_AND_WAIT) as (_, port):
        assert await send(port, b"GET / HTTP/1.1\r\n") == b""


async def test_many_connections_are_bounded() -> None:
    async with measured(READY_AND_WAIT) as (_, port):
        silent = [
            await asyncio.open_connection("127.0.0.1", port)
            for _ in range(httpserver._MAX_CONNECTIONS)
        ]
        request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
        assert await send(port, request) == b""
        for reader, writer in silent:
            writer.write(request)
            assert (await reader.read()).startswith(b"HTTP/1.1 200 ")
            writer.close()
        assert (await get(port, "/healthz"))[0] == 200


async def test_a_port_that_is_taken_harms_no_bot() -> None:
    async with measured(READY_AND_WAIT) as (fleet, port):
        async with serving_metrics(fleet.supervisor, port, SystemClock()) as second:
            assert second is None
            assert fleet.find(f"No metrics on port {port}", "parent")
            await fleet.running()
        assert (await get(port, "/healthz"))[0] == 200
