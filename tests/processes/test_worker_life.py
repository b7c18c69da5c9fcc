# ruff: noqa: F811 - a fixture is used by its name
"""A worker from its start to every kind of end."""

import asyncio
import os
import signal
import socket
from pathlib import Path

import psutil
import pytest

from coderbot import wire
from coderbot.sandbox.server import Sandbox, running_sandbox
from tests.fakes.sandbox import ANNA, make_bot_id, make_token, sandbox  # noqa: F401
from tests.fakes.worker import RunningWorker, running_worker, worker_environment

BOT = make_bot_id(1)
TOKEN = make_token(1)

pytestmark = pytest.mark.timeout(60)


def environment(sandbox: Sandbox, tmp_path: Path, **more: str) -> dict[str, str]:
    # Screens as text: pictures are for the tests of the chat.
    return worker_environment(
        sandbox.url, TOKEN, tmp_path, AIRPLANE_MODE="true", **more
    )


async def open_terminal(sandbox: Sandbox, worker: RunningWorker) -> psutil.Process:
    """Open a terminal as Anna; return its shell."""
    await worker.frame(wire.Ready)
    anna = sandbox.client().user(ANNA, bot_id=BOT)
    await anna.say("/xterm")
    await anna.wait_for(lambda message: message.kind in ("photo", "text"))
    await worker.frame(wire.Event, lambda event: event.kind == "terminal_opened")
    return worker.children()[0]


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_ready_after_get_me_and_the_first_poll(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with running_worker(environment(sandbox, tmp_path), tmp_path) as worker:
        ready = await worker.frame(wire.Ready)
        assert ready.bot_id == BOT
        assert ready.username
        client = sandbox.client()
        assert await client.calls(BOT, "getMe") == 1
        assert await client.calls(BOT, "getUpdates") >= 1
        await worker.frame(wire.Status, lambda status: status.state == "polling")
        beat = await worker.frame(wire.Heartbeat)
        assert beat.rss_bytes > 10 << 20
        assert (tmp_path / "media/bot-0/received").is_dir()
        assert (tmp_path / "media/bot-0").stat().st_mode & 0o777 == 0o700


async def test_ping_is_answered_and_dump_writes_stacks(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with running_worker(environment(sandbox, tmp_path), tmp_path) as worker:
        await worker.frame(wire.Ready)
        beats = [frame for frame in worker.frames if isinstance(frame, wire.Heartbeat)]
        newest = beats[-1].uptime_s
        worker.send(wire.Ping())
        await worker.frame(wire.Heartbeat, lambda beat: beat.uptime_s > newest)
        worker.send(wire.Dump())
        await worker.line("most recent call first")


async def test_sigterm_ends_in_good_order(sandbox: Sandbox, tmp_path: Path) -> None:
    async with running_worker(environment(sandbox, tmp_path), tmp_path) as worker:
        shell = await open_terminal(sandbox, worker)
        worker.signal(signal.SIGTERM)
        worker.signal(signal.SIGTERM)
        assert await worker.ended() == 0
        assert not is_alive(shell)
        anna = sandbox.client().user(ANNA, bot_id=BOT)
        await anna.wait_for(lambda message: "stops now" in message.text, after=0)
        await worker.frame(wire.Status, lambda status: status.state == "stopping")
        assert "Traceback" not in worker.text


async def test_sigterm_again_and_again_changes_nothing(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with running_worker(environment(sandbox, tmp_path), tmp_path) as worker:
        await worker.frame(wire.Ready)
        async with asyncio.TaskGroup() as group:
            ended = group.create_task(worker.ended())
            while not ended.done():
                worker.signal(signal.SIGTERM)
                await asyncio.wait({ended}, timeout=0.002)
        assert ended.result() == 0


async def test_sigint_is_ignored(sandbox: Sandbox, tmp_path: Path) -> None:
    async with running_worker(environment(sandbox, tmp_path), tmp_path) as worker:
        await worker.frame(wire.Ready)
        worker.signal(signal.SIGINT)
        before = len(worker.frames)
        worker.send(wire.Ping())
        await worker.until(lambda: len(worker.frames) > before)
        assert await worker.stop() == 0


async def test_ctrl_c_stops_a_worker_that_runs_alone(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with running_worker(environment(sandbox, tmp_path), tmp_path, False) as alone:
        await alone.line("READY")
        alone.signal(signal.SIGINT)
        assert await alone.ended() == 0
        assert "Stopped: SIGINT" in alone.text


async def test_end_of_the_channel_ends_worker_and_shell(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with running_worker(environment(sandbox, tmp_path), tmp_path) as worker:
        shell = await open_terminal(sandbox, worker)
        worker.hang_up()
        assert await worker.ended() == 0
        assert not is_alive(shell)
        assert "the supervisor is gone" in worker.text


async def test_stopped_worker_ends_with_its_channel(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with running_worker(environment(sandbox, tmp_path), tmp_path) as worker:
        shell = await open_terminal(sandbox, worker)
        worker.signal(signal.SIGSTOP)
        worker.hang_up()
        # The kernel sends this one when the supervisor's process ends.
        worker.signal(signal.SIGCONT)
        assert await worker.ended() == 0
        assert not is_alive(shell)


BLOCKED = """
import runpy
import time

from coderbot.botprocess.link import Link

heartbeat = Link._heartbeat

def block(self, vitals):
    heartbeat(self, vitals)
    if vitals().terminals:
        print("blocked", flush=True)
        time.sleep(300)

Link._heartbeat = block
runpy.run_module("coderbot.worker", run_name="__main__")
"""


async def test_worker_with_a_stuck_loop_dies_with_its_supervisor(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = environment(sandbox, tmp_path, WORKER_STOP_TIMEOUT_SECONDS="0.5")
    program = ("-c", BLOCKED)
    async with running_worker(settings, tmp_path, program=program) as worker:
        shell = await open_terminal(sandbox, worker)
        worker.send(wire.Ping())
        await worker.line("blocked")
        worker.hang_up()
        assert await worker.ended() == -signal.SIGKILL
        await worker.line("most recent call first")
        psutil.wait_procs([shell], timeout=5)
        assert not is_alive(shell)


PARENT = """
import os, socket, subprocess, sys, time

ours, theirs = socket.socketpair()
os.environ["CODERBOT_CHANNEL_FD"] = str(theirs.fileno())
child = subprocess.Popen(
    [sys.executable, "-m", "coderbot.worker"], pass_fds=[theirs.fileno()]
)
theirs.close()
print("child", child.pid, flush=True)
time.sleep(300)
"""


@pytest.mark.parametrize("is_stopped", [False, True])
async def test_worker_ends_when_its_supervisor_is_killed(
    sandbox: Sandbox, tmp_path: Path, is_stopped: bool
) -> None:
    settings = environment(sandbox, tmp_path)
    program = ("-c", PARENT)
    async with running_worker(settings, tmp_path, False, program) as parent:
        await parent.line("READY")
        words = next(line for line in parent.output if line.startswith("child"))
        worker = psutil.Process(int(words.split()[1]))
        if is_stopped:
            worker.send_signal(signal.SIGSTOP)
        parent.signal(signal.SIGKILL)
        await parent.ended()
        # Its output ends with it, whoever inherits it.
        await parent.until(lambda: parent.is_silent)
        assert not is_alive(worker)


async def test_refused_token_is_a_configuration_error(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    unknown = make_token(77)
    settings = worker_environment(sandbox.url, unknown, tmp_path)
    async with running_worker(settings, tmp_path) as worker:
        assert await worker.ended() == 78
        assert "Telegram refuses the token" in worker.text
        assert unknown.reveal() not in worker.text


async def test_token_revoked_while_polling(sandbox: Sandbox, tmp_path: Path) -> None:
    async with running_worker(environment(sandbox, tmp_path), tmp_path) as worker:
        await worker.frame(wire.Ready)
        await sandbox.client().wait_polling(BOT)
        await sandbox.client().revoke_bot(BOT)
        # The open long poll may be answered in its own time.
        await sandbox.client().fault("401", bot_id=BOT, count=None)
        await sandbox.client().user(ANNA, bot_id=BOT).say("wake up")
        assert await worker.ended() == 78
        assert TOKEN.reveal() not in worker.text


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("BOT_TOKEN", "123:short", "BOT_TOKEN is malformed"),
        ("ALLOWED_USER_IDS", "", "ALLOWED_USER_IDS is empty"),
        ("BOT_INDEX", "zero", "BOT_INDEX=zero"),
    ],
)
async def test_bad_settings(tmp_path: Path, name: str, value: str, words: str) -> None:
    settings = worker_environment("http://127.0.0.1:1", TOKEN, tmp_path)
    async with running_worker(settings | {name: value}, tmp_path) as worker:
        assert await worker.ended() == 78
        assert words in worker.text
        assert "Traceback" not in worker.text


async def test_conflict_is_told_and_survived(sandbox: Sandbox, tmp_path: Path) -> None:
    client = sandbox.client()
    await client.fault("409", bot_id=BOT, method="getUpdates", count=2)
    async with running_worker(environment(sandbox, tmp_path), tmp_path) as worker:
        await worker.frame(wire.Status, lambda status: status.state == "conflict")
        await worker.frame(wire.Ready)
        await worker.frame(wire.Status, lambda status: status.state == "polling")
        assert await client.calls(BOT, "getUpdates", code=409) == 2


async def test_network_away_at_the_start(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = worker_environment(f"http://127.0.0.1:{port}", TOKEN, tmp_path)
    async with running_worker(settings, tmp_path) as worker:
        await worker.frame(wire.Status, lambda status: status.state == "offline")
        async with running_sandbox(tokens=(TOKEN,), port=port):
            await worker.frame(wire.Ready)
            assert await worker.stop() == 0


async def test_stop_while_the_network_is_away(tmp_path: Path) -> None:
    settings = worker_environment("http://127.0.0.1:1", TOKEN, tmp_path)
    async with running_worker(settings, tmp_path) as worker:
        await worker.frame(wire.Status, lambda status: status.state == "offline")
        assert await worker.stop() == 0


async def test_runs_alone_with_an_env_file(sandbox: Sandbox, tmp_path: Path) -> None:
    settings = environment(sandbox, tmp_path)
    users = settings.pop("ALLOWED_USER_IDS")
    env_file = tmp_path / ".env"
    env_file.write_text(f"ALLOWED_USER_IDS={users}\n")
    env_file.chmod(0o600)
    async with running_worker(settings, tmp_path, supervised=False) as worker:
        await worker.line("READY")
        anna = sandbox.client().user(ANNA, bot_id=BOT)
        await anna.say("/start")
        await anna.wait_for(lambda message: "terminal" in message.text)
        assert await worker.stop() == 0


async def test_clean_start_empties_the_media_directory(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    root = tmp_path / "media/bot-0"
    (root / "sent").mkdir(parents=True)
    (root / "sent/old.txt").touch()
    settings = environment(sandbox, tmp_path, CLEAN_UP_MEDIADIR="true")
    async with running_worker(settings, tmp_path) as worker:
        await worker.frame(wire.Ready)
        assert f"<6>Cleaning up media directory: {root}" in worker.output
        assert "<6>✅ Media directory cleaned" in worker.output
        assert list((root / "sent").iterdir()) == []


async def test_token_is_nowhere_to_be_seen(sandbox: Sandbox, tmp_path: Path) -> None:
    settings = environment(sandbox, tmp_path, TTS_API_KEY="speech-key-0123456789")
    async with running_worker(settings, tmp_path) as worker:
        shell = await open_terminal(sandbox, worker)
        secrets = [TOKEN.reveal().encode(), b"speech-key-0123456789"]
        for path in (
            Path(f"/proc/{worker.pid}/environ"),
            Path(f"/proc/{worker.pid}/cmdline"),
            Path(f"/proc/{shell.pid}/environ"),
        ):
            try:
                content = path.read_bytes()
            except PermissionError:
                # Closed to all but root, although it is of the same user.
                assert os.geteuid() != 0
                continue
            assert content
            assert not any(secret in content for secret in secrets)
        opened = [each.readlink() for each in Path(f"/proc/{shell.pid}/fd").iterdir()]
        assert not any(str(end).startswith("socket:") for end in opened)
        assert await worker.stop() == 0
        assert TOKEN.reveal() not in worker.text
