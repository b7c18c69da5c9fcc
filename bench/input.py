"""How soon what is sent is in the terminal: `python -m bench.input`.

Everything is real: a worker, a program on a PTY, HTTP to the sandbox. The program notes
when a byte is there, by the clock that all processes of a machine share; the time runs
from sending the message, or pressing the button, as a user.
"""

import asyncio
import contextlib
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.spread import Spread
from coderbot import wire
from coderbot.sandbox.client import Message, SandboxUser
from coderbot.sandbox.server import running_sandbox
from tests.fakes.sandbox import ANNA, make_bot_id, make_token
from tests.fakes.worker import running_worker, worker_environment

_RUNS = 20
_PAUSE_S = 0.6
"""Between two runs, in seconds: the screen has been sent by then."""

_READER = """
import os, socket, sys, time, tty
to = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
to.connect(sys.argv[1])
tty.setraw(0)
os.write(1, b"ready" if sys.argv[2] == "keys" else b"\\x1b[?2004hready")
while True:
    data = os.read(0, 65536)
    at = time.monotonic_ns()
    # As agents do, it shows what it was given.
    os.write(1, b"\\r\\n" + ascii(data).encode())
    to.send(at.to_bytes(8, "big") + data)
"""


class Ear:
    """Hears from the program in the terminal.

    Args:
        path: Where it listens.
    """

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(str(path))

    def forget(self) -> None:
        """Drop what came before."""
        with contextlib.suppress(BlockingIOError):
            while self._socket.recv(65_536):
                pass

    async def arrived(self, end: bytes) -> float:
        """Return when bytes that end so were read, in seconds."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(10):
            while True:
                got = await loop.sock_recv(self._socket, 65_536)
                if got.endswith(end):
                    return int.from_bytes(got[:8], "big") / 1e9


async def measure() -> None:
    """Measure and print."""
    async with running_sandbox((make_token(1),)) as sandbox:
        with tempfile.TemporaryDirectory() as name:
            place = Path(name)
            settings = worker_environment(
                sandbox.url, make_token(1), place, AIRPLANE_MODE="true"
            )
            async with running_worker(settings, place) as worker:
                await worker.frame(wire.Ready)
                anna = sandbox.client().user(ANNA, make_bot_id(1))
                for mode in ("paste", "keys"):
                    await _measure_in(anna, place, mode)


async def _measure_in(anna: SandboxUser, place: Path, mode: str) -> None:
    ear = Ear(place / f"{mode}.sock")
    program = place / "reader.py"
    program.write_text(_READER)
    await anna.say(f"/new {mode}")
    await anna.wait_for(lambda m: bool(m.buttons))
    await anna.say(f"exec {sys.executable} {program} {place / f'{mode}.sock'} {mode}")
    screen = await anna.wait_for(lambda m: "ready" in m.text.split("\n")[-1])
    text_end = b"\x1b[201~" if mode == "paste" else b"hello"

    async def text() -> None:
        await anna.say("hello")

    async def key() -> None:
        await anna.say("/up")

    async def press() -> None:
        await anna.press(screen, "Ctrl-C")

    print(f"{mode}: text, ms:            {await _runs(text, ear, text_end)}")
    print(f"{mode}: its Enter, ms:       {await _runs(text, ear, bytes([13]))}")
    print(f"{mode}: a key (/up), ms:     {await _runs(key, ear, b'[A')}")
    print(f"{mode}: a button, ms:        {await _runs(press, ear, bytes([3]))}")
    await anna.say("/close")
    await anna.wait_for(_says_closed)


async def _runs(act: Callable[[], Awaitable[None]], ear: Ear, end: bytes) -> Spread:
    values = []
    for _ in range(_RUNS):
        ear.forget()
        started = time.monotonic()
        await act()
        values.append((await ear.arrived(end) - started) * 1_000)
        await asyncio.sleep(_PAUSE_S)
    return Spread(tuple(values))


def _says_closed(message: Message) -> bool:
    return "Terminal closed" in message.text


if __name__ == "__main__":
    asyncio.run(measure())
