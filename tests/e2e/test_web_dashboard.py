"""The dashboard in a browser: who is let in, and what a key does."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path

import aiohttp

from coderbot.errors import ExitCode
from coderbot.worker.terminal.emulator import Emulator
from tests.e2e.conftest import World
from tests.e2e.fleet import running_fleet

READY = r"\[Parent\] (?:All \d workers|1 worker) ready"
TUI = "from coderbot.cli import main_tui; main_tui()"
DEADLINE_S = 30.0


@contextlib.asynccontextmanager
async def served(directory: Path) -> AsyncIterator[str]:
    """Run `coderbot-tui --web 0`; yields the address that works once."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", TUI, "--web", "0"),
        cwd=directory,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(DEADLINE_S):
            line = await process.stdout.readline()
        yield line.decode().strip()
    finally:
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(DEADLINE_S):
            assert await process.wait() == ExitCode.OK


async def test_a_key_in_the_browser_restarts_a_bot(world: World) -> None:
    world.env(bots=1)
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        before = fleet.workers()["bot-0"]
        async with (
            served(world.directory) as address,
            aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http,
        ):
            async with http.get(address) as page:
                assert page.status == HTTPStatus.OK
                assert "token" not in str(page.url)
                policy = page.headers["Content-Security-Policy"]
                assert "default-src 'self'" in policy
                home = page.url
            # Another program of this machine that is visited is shown nothing.
            assert not http.cookie_jar.filter_cookies(home.with_path("/"))
            assert not http.cookie_jar.filter_cookies(home.with_port(1).with_path("/"))
            socket = (home / "ws").with_query(width=120, height=40)
            async with http.ws_connect(socket) as terminal:
                await _until(terminal, f"{before}")
                await terminal.send_json(["stdin", "r"])
                async with asyncio.timeout(DEADLINE_S):
                    while fleet.workers().get("bot-0") in (None, before):
                        await terminal.receive()
        await fleet.interrupt()


async def _until(terminal: aiohttp.ClientWebSocketResponse, text: str) -> None:
    """Read until the screen shows `text`."""
    emulator = Emulator(120, 40, 0)
    async with asyncio.timeout(DEADLINE_S):
        while text not in emulator.screen().text():
            message = await terminal.receive()
            if message.type is aiohttp.WSMsgType.BINARY:
                emulator.feed(message.data)


async def test_nobody_else_is_let_in(world: World) -> None:
    world.env(bots=1)
    async with running_fleet(world.directory) as fleet:
        await fleet.line(READY)
        async with served(world.directory) as address:
            root = address.partition("?")[0]
            for path in ("", "?token=", "?token=wrong", "ws", "static/js/textual.js"):
                assert await _status(root + path) == HTTPStatus.FORBIDDEN
            async with (
                aiohttp.ClientSession(
                    cookie_jar=aiohttp.CookieJar(unsafe=True)
                ) as http,
                http.get(address) as page,
            ):
                assert page.status == HTTPStatus.OK
                home = str(page.url)
            assert await _status(address) == HTTPStatus.FORBIDDEN, "it works once"
            for path in ("", "ws", "static/js/textual.js"):
                assert await _status(home + path) == HTTPStatus.FORBIDDEN
        await fleet.interrupt()


async def _status(address: str) -> int:
    """Ask as a browser that has never been here."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as http, http.get(address) as page:
        return page.status


async def test_without_a_supervisor_it_says_so(world: World) -> None:
    world.env(bots=1)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", TUI, "--web", "0"),
        cwd=world.directory,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode == ExitCode.NOT_RUNNING, said
    assert b"upervisor" in said
