"""The control socket with a real supervisor, tiny children and hostile clients."""

import asyncio
import json
import os
import socket
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from coderbot.control.call import Conversation
from coderbot.control.client import ControlClient
from coderbot.control.failures import ControlRefusedError, NotRunningError
from coderbot.errors import CoderBotError
from coderbot.supervisor import controlwire as wire
from coderbot.supervisor.control import MAX_CLIENTS, control_socket
from coderbot.supervisor.errors import FleetStoppingError, MediaError, UnknownBotError
from coderbot.supervisor.events import FleetEvent, FleetStopped, LinesAdded
from coderbot.supervisor.state import BotState
from tests.fakes.children import GRACEFUL
from tests.fakes.waiting import until
from tests.processes.supervised import Fleet, fleet_of

HELLO = wire.encode(wire.Hello(protocol=wire.PROTOCOL))


@asynccontextmanager
async def served(
    tmp_path: Path, *codes: str, media: Path | None = None
) -> AsyncIterator[tuple[Fleet, Path]]:
    """Run a fleet with its control socket."""
    tmp_path.chmod(0o700)
    path = tmp_path / "control.sock"
    async with (
        fleet_of(*(codes or (GRACEFUL,)), media=media) as fleet,
        control_socket(fleet.supervisor, path),
    ):
        yield fleet, path


@asynccontextmanager
async def raw(
    path: Path,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Connect without any manners."""
    reader, writer = await asyncio.open_unix_connection(path, limit=1 << 26)
    try:
        yield reader, writer
    finally:
        writer.close()


async def answers(reader: asyncio.StreamReader) -> list[dict[str, object]]:
    """Return all frames until the connection is closed."""
    async with asyncio.timeout(10):
        return [json.loads(line) for line in (await reader.read()).splitlines()]


async def ask_sync(path: Path) -> wire.FleetStatus:
    def ask() -> wire.FleetStatus:
        with Conversation(path) as talk:
            return talk.status()

    return await asyncio.to_thread(ask)


async def test_only_the_owner_may_enter(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_ISSOCK(path.stat().st_mode)
    assert not path.exists()


async def test_status_tells_of_every_bot(tmp_path: Path) -> None:
    async with served(tmp_path, GRACEFUL, GRACEFUL) as (fleet, path):
        pids = [await fleet.running(0), await fleet.running(1)]
        status = await ask_sync(path)
        assert [bot.pid for bot in status.bots] == pids
        assert status.pid == os.getpid()
        assert status.bots[1].username == "bot1"
        assert status.bots[1].state is BotState.RUNNING


async def test_the_port_over_the_socket_steers_the_fleet(tmp_path: Path) -> None:
    async with served(tmp_path) as (fleet, path):
        first = await fleet.running()
        async with ControlClient.connect(path) as client:
            assert client.bots()[0].pid == first
            await client.restart("bot-0")
            second = await fleet.running(run=2)
            await until(lambda: client.bots()[0].state is BotState.RUNNING)
            assert client.bots()[0].pid == second != first
            await client.stop("bot-0")
            assert fleet.bot().state is BotState.STOPPED
            await until(lambda: client.bots()[0].state is BotState.STOPPED)
            await client.start("bot-0")
            await fleet.running(run=3)
            await client.kill("bot-0")
            assert fleet.bot().last_exit == "SIGKILL"


async def test_errors_arrive_as_what_they_were(tmp_path: Path) -> None:
    media = tmp_path / "media"
    (media / "bot-0").mkdir(parents=True)
    (media / "bot-0" / "sent").symlink_to("/etc")
    async with (
        served(tmp_path, media=media) as (_, path),
        ControlClient.connect(path) as client,
    ):
        with pytest.raises(UnknownBotError, match="bot-7") as unknown:
            await client.restart("bot-7")
        assert unknown.value.hint == "Bots: bot-0."
        with pytest.raises(MediaError, match="no plain directory"):
            await client.media_usage("bot-0")


async def test_media_is_counted_and_deleted(tmp_path: Path) -> None:
    sent = tmp_path / "media" / "bot-0" / "sent"
    sent.mkdir(parents=True)
    (sent / "a.txt").write_bytes(b"12345")
    async with (
        served(tmp_path, media=tmp_path / "media") as (_, path),
        ControlClient.connect(path) as client,
    ):
        usage = await client.media_usage("bot-0")
        assert (usage.files, usage.size_bytes) == (1, 5)
        assert (await client.clean_media("bot-0")).files == 1
        assert list(sent.iterdir()) == []


async def test_uptime_goes_on_between_two_tellings(tmp_path: Path) -> None:
    async with served(tmp_path) as (fleet, path):
        await fleet.running()
        async with ControlClient.connect(path) as client:
            first = client.bots()[0].uptime_s
            await asyncio.sleep(0.2)
            second = client.bots()[0].uptime_s
            there = fleet.bot().uptime_s
            assert first is not None
            assert second is not None
            assert there is not None
            assert second - first >= 0.19
            assert abs(second - there) < 0.5


async def test_history_and_new_lines_are_whole_and_in_order(tmp_path: Path) -> None:
    code = """
ready()
print(*(f"early {n}" for n in range(3000)), sep="\\n", flush=True)
def more():
    print(*(f"late {n}" for n in range(3000)), sep="\\n", flush=True)
    sys.exit(0)
on_term(more)
wait()
"""
    async with served(tmp_path, code) as (fleet, path):
        await fleet.line("early 2999")
        async with ControlClient.connect(path) as client:
            early = [
                line.text for line in client.lines("bot-0") if line.stream == "out"
            ]
            assert early == [f"early {n}" for n in range(3000)]
            await client.stop("bot-0")
            newest = fleet.lines()[-1].seq
            await until(lambda: client.lines(limit=1)[0].seq >= newest)
            mine = client.lines(limit=1_000_000)
            theirs = [line for line in fleet.lines() if line.seq <= mine[-1].seq]
            assert mine == theirs
            after = mine[-10].seq
            assert client.lines(after=after, limit=4) == mine[-4:]
            assert client.lines(after=after) == mine[-9:]


async def test_a_follower_hears_the_end(tmp_path: Path) -> None:
    heard: list[FleetEvent] = []

    async def listen(path: Path, ready: asyncio.Event) -> bool:
        async with ControlClient.connect(path) as client, client.subscribe() as events:
            ready.set()
            heard.extend([event async for event in events])
            return client.lost

    async with asyncio.TaskGroup() as group, served(tmp_path) as (fleet, path):
        await fleet.running()
        ready = asyncio.Event()
        listener = group.create_task(listen(path, ready))
        await ready.wait()
        async with ControlClient.connect(path) as other:
            await other.shut_down()
            with pytest.raises(FleetStoppingError):
                await other.start("bot-0")
    assert listener.result() is False
    assert isinstance(heard[-1], FleetStopped)
    assert any(isinstance(event, LinesAdded) for event in heard)


async def test_nobody_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotRunningError, match="No supervisor is running"):
        Conversation(tmp_path / "control.sock")
    with pytest.raises(NotRunningError):
        async with ControlClient.connect(tmp_path / "control.sock"):
            raise AssertionError("connected to nobody")


async def test_a_stale_socket_is_replaced(tmp_path: Path) -> None:
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(tmp_path / "control.sock"))
    stale.close()
    with pytest.raises(NotRunningError):
        Conversation(tmp_path / "control.sock")
    async with served(tmp_path) as (_, path):
        assert (await ask_sync(path)).bots[0].bot == "bot-0"


async def test_a_path_longer_than_a_socket_address_works(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 90) / ("e" * 90)
    deep.mkdir(parents=True)
    async with served(deep) as (_, path):
        assert len(str(path)) > 200
        assert (await ask_sync(path)).bots[0].bot == "bot-0"
        async with ControlClient.connect(path) as client:
            assert client.bots()[0].bot == "bot-0"
    assert not path.exists()


async def test_a_socket_that_hangs_is_no_supervisor(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "control.sock"))
        deaf.listen()
        with pytest.raises(NotRunningError, match="does not answer"):
            await asyncio.to_thread(Conversation, tmp_path / "control.sock", 0.2)


async def test_a_supervisor_that_falls_silent_is_none(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    welcome = wire.encode(wire.Welcome(protocol=1, version="1", pid=1))

    def ask() -> None:
        with Conversation(path) as talk, talk.patience(0.2):
            talk.status()

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(asyncio.to_thread(_outcome, ask))
            there, _ = await asyncio.to_thread(listener.accept)
            with there:
                there.sendall(welcome)
                await asking
    assert isinstance(asking.result(), NotRunningError)
    assert "does not answer" in str(asking.result())


def _outcome(run: Callable[[], None]) -> Exception | None:
    try:
        run()
    except CoderBotError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b'{"type":"hello","protocol":99}\n', "version 99"),
        (b"GET / HTTP/1.1\r\n\r\n", "not a frame"),
        (b"\xff\xfe\x00\n", "not a frame"),
        (b"[" * 50_000 + b"\n", "not a frame"),
        (b'{"type":"get_status","id":1}\n', "first frame must be a hello"),
        (b"x" * (wire.MAX_REQUEST_BYTES + 2), "longer than"),
    ],
    ids=["version", "http", "bytes", "nested", "no hello", "too long"],
)
async def test_a_bad_beginning_is_told_and_ends(
    tmp_path: Path, sent: bytes, told: str
) -> None:
    async with served(tmp_path) as (_, path), raw(path) as (reader, writer):
        writer.write(sent)
        said = await answers(reader)
        assert [frame["type"] for frame in said] == ["refused"]
        assert told in str(said[0]["message"])
        assert (await ask_sync(path)).bots


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b'{"type":"act","id":1,"action":"rm -rf","bot":"bot-0"}\n', "not a frame"),
        (b'{"type":"act","id":"one","action":"stop"}\n', "not a frame"),
        (HELLO, "second hello"),
        (b"\0" * (wire.MAX_REQUEST_BYTES + 2), "longer than"),
        (b'{"type":"act","id":1,"action":"media_usage"}\n' * 300, "requests at once"),
    ],
    ids=["action", "number", "hello", "too long", "too many"],
)
async def test_a_bad_frame_later_is_told_and_ends(
    tmp_path: Path, sent: bytes, told: str
) -> None:
    async with served(tmp_path) as (fleet, path), raw(path) as (reader, writer):
        pid = await fleet.running()
        writer.write(HELLO + sent)
        said = await answers(reader)
        refused = [frame for frame in said if frame["type"] == "refused"]
        assert len(refused) == 1
        assert told in str(refused[0]["message"])
        assert fleet.bot().pid == pid


async def test_frames_in_pieces_are_frames(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, path), raw(path) as (reader, writer):
        for byte in HELLO + wire.encode(wire.GetStatus(id=7)):
            writer.write(bytes([byte]))
            await writer.drain()
        writer.write_eof()
        said = await answers(reader)
        assert [frame["type"] for frame in said] == ["welcome", "status"]
        assert said[1]["id"] == 7


async def test_half_a_frame_and_goodbye_does_nothing(tmp_path: Path) -> None:
    async with served(tmp_path) as (fleet, path):
        pid = await fleet.running()
        async with raw(path) as (_, writer):
            writer.write(HELLO + b'{"type":"act","id":1,"action":"kill","bot":"bot')
        assert (await ask_sync(path)).bots[0].pid == pid


async def test_what_was_asked_is_done_though_the_client_has_left(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as (fleet, path):
        await fleet.running()
        async with raw(path) as (reader, writer):
            writer.write(HELLO)
            assert b"welcome" in await reader.readline()
            writer.write(wire.encode(wire.Act(id=1, action="stop", bot="bot-0")))
        await fleet.state(BotState.STOPPED)


async def test_fifty_clients_at_once(tmp_path: Path) -> None:
    async with served(tmp_path) as (fleet, path):
        await fleet.running()

        async def one() -> int | None:
            async with ControlClient.connect(path) as client:
                usage = await client.media_usage("bot-0")
                assert usage.files == 0
                return client.bots()[0].pid

        async with asyncio.timeout(20):
            pids = await asyncio.gather(*(one() for _ in range(50)))
        assert set(pids) == {fleet.bot().pid}


async def test_one_client_too_many_is_told(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, path):
        links = [await asyncio.open_unix_connection(path) for _ in range(MAX_CLIENTS)]
        try:
            for reader, writer in links:
                writer.write(HELLO)
                assert b"welcome" in await reader.readline()
            with pytest.raises(ControlRefusedError, match="connected already"):
                await asyncio.to_thread(Conversation, path)
        finally:
            for _, writer in links:
                writer.close()


async def test_a_client_that_does_not_read_holds_nobody_up(tmp_path: Path) -> None:
    flood = "ready()\nfor n in range(60_000): print('x' * 90, n)\nwait()"
    async with served(tmp_path, flood) as (fleet, path), raw(path) as (_, writer):
        writer.write(HELLO + wire.encode(wire.Follow(id=1, history=10_000)))
        before = psutil.Process().memory_info().rss
        await fleet.line(" 59999")
        for _ in range(20):
            began = time.monotonic()
            await asyncio.wait_for(ask_sync(path), 5)
            assert time.monotonic() - began < 1
        assert writer.transport.get_write_buffer_size() == 0
        # What is kept of the flood itself is 30,000 lines.
        assert psutil.Process().memory_info().rss - before < 80 << 20


async def test_a_client_killed_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    chatter = "ready()\nwhile True: print('x' * 900); time.sleep(0.0005)"
    async with served(tmp_path, chatter) as (fleet, path):
        await fleet.running()
        open_files = len(list(Path("/proc/self/fd").iterdir()))
        client = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "import sys; from pathlib import Path\n"
            "from coderbot.control.call import Conversation\n"
            "talk = Conversation(Path(sys.argv[1])); talk.follow(1000)\n"
            "while True: talk.read(); print('.', end='', flush=True)\n",
            str(path),
            stdout=asyncio.subprocess.PIPE,
        )
        assert client.stdout is not None
        await client.stdout.readexactly(20)
        client.kill()
        await client.communicate()
        await ask_sync(path)
        del client
        await until(lambda: len(list(Path("/proc/self/fd").iterdir())) <= open_files, 5)
        assert not fleet.find("cut off")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
async def test_another_user_is_refused(tmp_path: Path) -> None:
    code = """
import os, socket, sys
link = socket.socket(socket.AF_UNIX)
os.setgroups([]); os.setgid(65534); os.setuid(65534)
os.chdir(int(sys.argv[1]))
link.connect("control.sock")
print(link.makefile().readline())
"""
    async with served(tmp_path) as (_, path):
        # Even with the doors wide open: the kernel says who it is.
        tmp_path.chmod(0o777)
        path.chmod(0o666)
        directory = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            done = await asyncio.to_thread(
                subprocess.run,
                [sys.executable, "-I", "-S", "-c", code, str(directory)],
                pass_fds=(directory,),
                capture_output=True,
                timeout=20,
            )
        finally:
            os.close(directory)
    said = json.loads(done.stdout)
    assert said["type"] == "refused"
    assert "65534" in said["message"]


async def test_a_round_trip_is_quick(tmp_path: Path) -> None:
    async with served(tmp_path) as (fleet, path):
        await fleet.running()

        def times() -> list[float]:
            found = []
            with Conversation(path) as talk:
                for _ in range(50):
                    began = time.perf_counter()
                    talk.status()
                    found.append(time.perf_counter() - began)
            return sorted(found)

        found = await asyncio.to_thread(times)
        assert found[25] < 0.02, "5 ms on a quiet machine"
