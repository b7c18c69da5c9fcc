"""`python -m coderbot.sandbox` as a process of its own."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from coderbot.sandbox.client import SandboxClient
from coderbot.sandbox.tokenfile import load_tokens

DEADLINE_S = 20


@asynccontextmanager
async def started(folder: Path, *arguments: str) -> AsyncIterator[Process]:
    """A sandbox on a free port; killed at the end if it still runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "coderbot.sandbox", "--port", "0"),
        *("--token-file", str(folder / "tokens"), *arguments),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env=os.environ | {"TMPDIR": str(folder)},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def start_line(process: Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(DEADLINE_S):
        return (await process.stdout.readline()).decode()


def url_of(line: str) -> str:
    prefix, _, url = line.strip().partition(" ")
    assert prefix == "Sandbox:"
    assert url.startswith("http://127.0.0.1:")
    assert url.endswith("/")
    return url


async def ended(process: Process) -> tuple[int, str, str]:
    async with asyncio.timeout(DEADLINE_S):
        out, error = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), error.decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_signal_ends_it_with_nothing_left(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with started(tmp_path, "--bots", "3", "--users", "5:Eve,6:Finn") as process:
        async with SandboxClient(url_of(await start_line(process))) as client:
            assert [b["online"] for b in await client.bots()] == [False] * 3
            assert [u["first_name"] for u in await client.users()] == ["Eve", "Finn"]
            bot_id = (await client.bots())[0]["id"]
            await client.user(5, bot_id).upload("document", "a", b"data")
        process.send_signal(number)
        assert await ended(process) == (0, "", "")
    assert [p.name for p in tmp_path.iterdir()] == ["tokens"]
    assert len(load_tokens(tmp_path / "tokens")) == 3


async def test_open_polls_do_not_hold_it_up(tmp_path: Path) -> None:
    async with (
        started(tmp_path) as process,
        SandboxClient(url_of(await start_line(process))) as client,
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(_cut_off(client))
        await client.bots()
        process.terminate()
        assert (await ended(process))[0] == 0


async def _cut_off(client: SandboxClient) -> None:
    with pytest.raises(aiohttp.ClientError):
        await client.get("/sandbox/events", after=99, timeout=60)


async def test_end_of_stdin(tmp_path: Path) -> None:
    async with started(tmp_path, "--until-stdin-eof") as process:
        await start_line(process)
        assert process.stdin is not None
        process.stdin.write(b"ignored\n")
        process.stdin.close()
        assert await ended(process) == (0, "", "")


async def test_end_of_stdin_means_nothing_unless_asked(tmp_path: Path) -> None:
    async with started(tmp_path) as process:
        url = url_of(await start_line(process))
        assert process.stdin is not None
        process.stdin.close()
        async with SandboxClient(url) as client:
            assert len(await client.bots()) == 2
        process.terminate()
        assert (await ended(process))[0] == 0


async def test_port_in_use(tmp_path: Path) -> None:
    async with started(tmp_path) as first:
        port = url_of(await start_line(first)).rstrip("/").rpartition(":")[2]
        async with started(tmp_path, "--port", port) as second:
            code, out, error = await ended(second)
    assert (code, out) == (1, "")
    assert f"Cannot listen on 127.0.0.1:{port}" in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--users", "nobody"], "is no user"),
        (["--token-file", "/proc/none/tokens"], "/proc/none"),
    ],
)
async def test_what_it_cannot_do(
    tmp_path: Path, arguments: list[str], complaint: str
) -> None:
    async with started(tmp_path, *arguments) as process:
        code, _, error = await ended(process)
    assert code == 1
    assert complaint in error
    assert "Traceback" not in error


async def test_a_port_that_is_none(tmp_path: Path) -> None:
    async with started(tmp_path, "--port", "99999") as process:
        code, _, error = await ended(process)
    assert code == 2
    assert "0<=x<=65535" in error


async def test_a_token_file_that_is_no_text(tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_bytes(b"\xff\xfe")
    tokens.chmod(0o600)
    async with started(tmp_path) as process:
        code, _, error = await ended(process)
    assert code == 1
    assert "line 1: no bot token" in error
    assert "Traceback" not in error


async def test_tokens_are_neither_printed_nor_served(tmp_path: Path) -> None:
    async with started(tmp_path) as process:
        line = await start_line(process)
        (token, _) = load_tokens(tmp_path / "tokens")
        async with SandboxClient(url_of(line)) as client:
            page = (await client.download("/")).decode()
            state = str(await client.get("/sandbox/state"))
            path = f"/bot{token.reveal()}/getMe"
            assert (await client.get(path))["ok"]
        process.terminate()
        _, out, error = await ended(process)
    assert token.reveal().partition(":")[2] not in page + state + line + out + error
